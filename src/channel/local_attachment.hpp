#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "channel/attachment.hpp"
#include "channel/wiring.hpp"

namespace mpyx::detail {

/// A use of a Wiring on this host and, unless let go, a hold on its side.
class LocalAttachment : public Attachment {
 public:
  /// What an operation that may wait tries under the Wiring's lock, until it is true; `ready` says without the lock whether
  /// it may be.
  struct Step {
    channel::Wiring::Reason reason;
    std::function<bool()> attempt;
    std::function<bool()> ready;

    bool for_room() const { return reason == channel::WaitTable::put_left || reason == channel::WaitTable::put_right; }
  };

  /// Takes over a use of `wiring`; holds `side` from now on unless it is `neither`.
  LocalAttachment(std::shared_ptr<channel::Domain> domain, memory::Offset wiring, PipeSide side,
                  const channel::Waiter* owner);
  ~LocalAttachment() override;

  channel::Wiring& wiring() const { return *domain().at<channel::Wiring>(offset()); }
  std::string label() const;
  channel::SharedQueue& way_out() const;
  channel::SharedQueue& way_in() const;

  /// Before it is used: holds again what was handed to a stage. Throws Error after close().
  void use();
  /// main() handed it to a stage, whose own it is now.
  void hand_over();

  std::size_t payload() const override { return way_out().payload(); }
  bool put(channel::QueuedItem& item, TimeLimit limit) override { return until(putting(item), limit); }
  bool get(channel::QueuedItem& item, TimeLimit limit) override { return until(getting(item), limit); }
  bool join(TimeLimit limit) override { return until(joining(), limit); }
  bool wait(TimeLimit limit) override { return until(awaiting(), limit); }
  std::size_t size() override { return way_in().size(); }
  void task_done() override;
  void set() override;
  void clear() override;
  bool is_set() override;
  void rename(const std::string& name) override;
  void close() override;

  // For who waits by itself. The item stays where it is until then; joining and waiting begin now.
  Step putting(channel::QueuedItem& item);
  Step getting(channel::QueuedItem& item);
  Step joining();
  Step awaiting();
  /// An item that was got, and that nobody has seen; false when there is no place for it any more.
  bool put_back(channel::QueuedItem& item);
  std::string hopeless_text() const;

 private:
  enum class State : std::uint8_t { holds, lent, closed };

  /// Tries, and waits in between.
  bool until(const Step& step, TimeLimit limit);
  [[noreturn]] void throw_hopeless() const;
  bool is_right() const { return side() == PipeSide::right; }
  /// Who waits for what this end does: the other end of a Pipe; a Queue has one side.
  bool others_right() const { return wiring().kind == Wired::pipe && !is_right(); }

  std::atomic<State> state_;  // changed under the Wiring's lock
};

/// As now_ns() counts.
std::int64_t deadline_of(TimeLimit limit);

}  // namespace mpyx::detail
