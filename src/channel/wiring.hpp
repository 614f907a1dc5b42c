#pragma once

#include <mpyx/detail/wiring.hpp>

#include <array>
#include <string>

#include "channel/shared_queue.hpp"
#include "channel/wait_table.hpp"
#include "memory/robust_lock.hpp"

namespace mpyx::channel {

using detail::PipeSide;
using detail::Wired;

/// A Queue, Event or Pipe in the host's shared memory: one block of the arena, the slots of its queues behind it.
///
/// Invariants
///  1. Everything is read and changed under `lock`, but `set`, `pulses` and the queues' sizes, which may be read without. The
///     lock is never held while waiting, encoding or decoding; waking and the arena's own lock are all that happens under it.
///  2. `uses` counts what keeps the block: one per Attachment and one per Ticket. The one that takes the last away frees it.
///  3. `holders[side]` counts who might still act at that side: Attachments that hold, and tickets under way. A Queue or
///     Event has one side. `was_held[side]` stays set.
///  4. A wait without a limit is hopeless when nothing that is alive could end it: see consider(), which is called whenever
///     such a wait begins, whenever a holder goes, and whenever an item or a place was taken, for which another may wait.
///     `hopeless[reason]` counts such verdicts, `main_hopeless` those that concern the main thread only; a waiter ends when
///     the count differs from that at its beginning.
struct Wiring {
  using Reason = WaitTable::Reason;

  memory::RobustLock lock;
  Wired kind;
  bool deployed;  ///< a stage has, or had, a handle
  std::uint32_t uses;
  std::array<std::uint32_t, 2> holders;
  std::array<bool, 2> was_held;
  std::uint32_t number;
  std::array<char, 48> name;
  std::array<char, 64> types;
  std::atomic<std::uint32_t> is_set;
  std::atomic<std::uint64_t> pulses;  ///< times that it was set, or that all items were done
  std::array<std::atomic<std::uint32_t>, WaitTable::reasons> hopeless;
  std::atomic<std::uint32_t> main_hopeless;
  WaitTable waiters;
  std::array<SharedQueue, 2> queues;  ///< what left and right put; the second of Pipes only

  struct Shape {
    Wired kind = Wired::event;
    std::string types;
    std::array<SharedQueue::Shape, 2> queues{};
  };
  /// With one use and no holder. Throws OutOfMemory.
  static memory::Offset create(Domain& domain, const Shape& shape);
  /// Takes a use away; frees everything after the last.
  static void drop(Domain& domain, memory::Offset wiring);

  void hold(PipeSide side);
  void let_go(const Domain& domain, PipeSide side);
  std::string label(PipeSide side) const;
  void set_name(const std::string& text);

  /// Ends the waits that have become hopeless.
  void consider(const Domain& domain);
  /// The process is gone for certain: takes the lock from it, forgets its waits, keeps what it put. Before the arena is swept.
  /// What it held stays held: its stages' runs are over by then.
  static void repair(Domain& domain, memory::Offset wiring, std::uint16_t dead);

 private:
  bool somebody_will_move() const;
  void give_up(const Domain& domain, Reason reason);
};

inline std::size_t index(PipeSide side) { return side == PipeSide::right ? 1 : 0; }

/// Holds a Wiring's lock for a scope, with pauses.
class WiringLock {
 public:
  WiringLock(Domain& domain, Wiring& wiring) : lock_{wiring.lock}, process_{domain.process} { lock(); }
  WiringLock(const WiringLock&) = delete;
  WiringLock& operator=(const WiringLock&) = delete;
  ~WiringLock() {
    if (held_) unlock();
  }
  void lock() {
    lock_.lock(process_);
    held_ = true;
  }
  void unlock() {
    held_ = false;
    lock_.unlock();
  }

 private:
  memory::RobustLock& lock_;
  std::uint16_t process_;
  bool held_ = false;
};

}  // namespace mpyx::channel
