#pragma once

#include <mpyx/detail/stage_type.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

/// Pipelines attached to others: by xcut() and dead_letter().
namespace mpyx::detail {

class Blueprint;
struct Entry;

/// One pipeline object, whatever copies were made of it: what was attached from one object is one xcut pipeline.
/// Copies of the object have an origin of their own. Thread-safe.
class Origin {
 public:
  /// One attachment. Copied with the pipeline that it was made to.
  struct Use {
    std::atomic<bool> started{false};  ///< a pipeline with it was, at least once
  };

  Origin() = default;
  /// Of a copy: with the attachments of the other so far.
  explicit Origin(Origin& other);
  std::shared_ptr<Use> use();
  /// Somebody still has an attachment that was never started, and may start it.
  bool awaited();
  /// In place of what was attached under that name.
  void attach(const std::string& name, const std::shared_ptr<Origin>& other);
  /// It puts, by the xcuts of its xcuts, into itself, or into one that does.
  bool leads_into_a_circle();

 private:
  bool leads_to_one_of(std::vector<Origin*>& path);

  std::mutex mutex_;
  std::vector<std::weak_ptr<Use>> uses_;
  std::map<std::string, std::weak_ptr<Origin>> attached_;
};

/// Where runs hand over what they put to an xcut pipeline that runs on its own. In the coordinator's process.
class XcutBridge {
 public:
  /// With bounds as those of a channel.
  static std::shared_ptr<XcutBridge> make(std::size_t most_items, std::size_t most_bytes);
  virtual ~XcutBridge() = default;

  /// Waits while it is full. Throws Stopped when the calling stage has to end. Drops the item when nobody takes any more.
  virtual void put(std::shared_ptr<void> item, std::size_t bytes) = 0;
  /// Waits for an item; null at the end. Throws Stopped when the calling stage has to end.
  virtual std::shared_ptr<void> get() = 0;
  virtual void close() = 0;    ///< nothing more will be put; get() gives what is there
  virtual void abandon() = 0;  ///< nobody takes any more
};

/// What a sender gets before it is deployed.
struct XcutLink {
  std::shared_ptr<XcutBridge> bridge;
};

template <class In>
struct XcutItem {
  In value;
  Meta meta;
};

/// In a run: the end of the way to an xcut pipeline outside of it.
template <class In>
class XcutSender : public F<In, void> {
 public:
  static constexpr bool stays_on_coordinator = true;
  explicit XcutSender(std::shared_ptr<XcutLink> link) : link_{std::move(link)} {}
  void process(In item) override {
    const std::size_t bytes = encoded_size(item) + this->meta.bytes().size();
    link_->bridge->put(std::make_shared<XcutItem<In>>(XcutItem<In>{std::move(item), this->meta}), bytes);
  }

 private:
  std::shared_ptr<XcutLink> link_;
};

/// The first node of an xcut pipeline that runs on its own.
template <class In>
class XcutReceiver : public F<void, In> {
 public:
  static constexpr bool stays_on_coordinator = true;
  explicit XcutReceiver(std::shared_ptr<XcutBridge> bridge) : bridge_{std::move(bridge)} {}
  void setup() override {
    while (const auto next = bridge_->get()) {
      auto& item = *static_cast<XcutItem<In>*>(next.get());
      this->meta = std::move(item.meta);
      this->put(item.value);
    }
  }
  void teardown() override { bridge_->abandon(); }

 private:
  std::shared_ptr<XcutBridge> bridge_;
};

/// How to make the two ends for items of one type.
struct XcutEnds {
  void (*add_sender)(Blueprint&, const Entry&, const std::string& name, std::shared_ptr<XcutLink>);
  int (*add_receiver)(Blueprint&, const std::string& name, std::shared_ptr<XcutBridge>);
};

/// A pipeline attached under a name: how to build it, and what it takes.
struct XcutUse {
  std::string name;
  const std::type_info* type = nullptr;
  std::size_t item_size = 0;
  std::function<void(Blueprint&, const Entry&)> build;
  std::shared_ptr<Origin> origin;
  std::shared_ptr<Origin::Use> use;
  const XcutEnds* ends = nullptr;  ///< null: it was attached as a temporary object, which nobody else can attach
};

/// The origin of a pipeline object; a new one for another word (a stage).
template <class Word>
std::shared_ptr<Origin> origin_of(const Word& word) {
  if constexpr (requires { word.options().origin; }) {
    if (word.options().origin) return word.options().origin;
  }
  return std::make_shared<Origin>();
}

}  // namespace mpyx::detail
