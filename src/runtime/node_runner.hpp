#pragma once

#include <mpyx/detail/stage_type.hpp>
#include <mpyx/error.hpp>
#include <mpyx/on_error.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "channel/gate.hpp"
#include "channel/in_port.hpp"
#include "runtime/node_context.hpp"
#include "wire/control.hpp"

namespace mpyx::runtime {

/// Where a rank's events go: straight to the coordinator in the same process, else into its inbox.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void send(wire::Event event) = 0;  ///< from any thread
};

/// Runs one node from setup() to teardown() on a thread of its own.
/// The stage is created, used and destroyed on that thread only, unless it came from this process (coordinator stages).
class NodeRunner {
 public:
  struct Parts {
    std::uint64_t run = 0;
    const detail::StageType* type = nullptr;
    std::shared_ptr<detail::StageBase> stage;  ///< set for one that cannot travel, else made from `object`
    std::string object;
    std::optional<channel::InPort> input;
    detail::OrderRole role = detail::OrderRole::none;
    channel::Gate* gate = nullptr;  ///< of an entry or exit
    bool discards = false;          ///< what nobody reads of its input counts as done, by its last consumer
    detail::ErrorPolicy::Kind policy = detail::ErrorPolicy::Kind::abort;
    int retries = 0;
    std::int64_t pause_ns = 0;
    bool told = false;  ///< the coordinator, on another host, wants to hear of its phases
  };

  NodeRunner(Parts parts, std::unique_ptr<NodeContext> context, EventSink& events, int node)
      : parts_{std::move(parts)}, context_{std::move(context)}, events_{&events}, node_{node} {}

  /// Never throws. Afterwards its ends of channels are closed and the stage is gone.
  void operator()() noexcept;
  /// In place of operator() when the thread could not be started.
  void give_up(const std::string& reason) noexcept;

 private:
  class Async;
  class OrderedExit;

  /// Calls into the stage; false when it failed, which was then reported.
  template <class Call>
  bool guarded(const char* phase, Call call) noexcept {
    try {
      call();
      return true;
    } catch (const Stopped&) {
      return true;  // the wish to end is noticed by whoever asks next; the call in hand is over
    } catch (const std::exception& error) {
      fail(phase, error.what());
    } catch (...) {
      fail(phase, "an exception that is no std::exception");
    }
    return false;
  }
  void create();
  bool consume_all() noexcept;
  void tear_down(bool after_failure) noexcept;
  void finish() noexcept;
  void discard_rest() noexcept;
  void enter_and_tell(Phase phase) noexcept;
  void fail(const char* phase, std::string message) noexcept;

  // item by item
  void consume();
  void consume_plain();
  void wait_for_item();
  bool consume_async() noexcept;
  void consume_in_order();
  void enter_gate();
  void take_in_hand(const wire::FrameView& item);
  void process(const wire::FrameView& item, std::uint64_t* claimed);
  void invoke(const wire::FrameView& item, std::uint64_t* claimed);

  // failures of an item
  bool attempt(const wire::FrameView& item, std::string& message);
  Verdict decide(const wire::FrameView& item, int tried, const std::string& message);
  std::chrono::nanoseconds back_off(int tried) const;
  Verdict ask_handler(const std::string& message);
  void send_dead_letter(const wire::FrameView& item, const std::string& message);

  Parts parts_;
  std::unique_ptr<NodeContext> context_;
  EventSink* events_;
  int node_;
  std::int64_t item_ = -1;  ///< number of the item in hand
  std::int64_t taken_ = 0;
};

inline void NodeRunner::take_in_hand(const wire::FrameView& item) {
  item_ = taken_++;
  context_->block().activity.count_in(static_cast<std::uint64_t>(taken_));
  if (context_->phase() != Phase::process) context_->enter(Phase::process);
  Meta& meta = parts_.stage->meta;
  if (!item.meta.empty() || !meta.empty()) meta.assign(item.meta);
  if (!item.tags.empty()) context_->set_tags(item.tags);
}

}  // namespace mpyx::runtime
