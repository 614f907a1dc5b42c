#pragma once

#include <memory>

#include "channel/inbox.hpp"

namespace mpyx::channel {

/// This process's view of the host's shared memory, for what user code makes by itself (Buffer, Queue). Set by the session
/// before any stage runs; null outside a session.
void set_process_domain(std::shared_ptr<Domain> domain);
const std::shared_ptr<Domain>& process_domain();

/// Where the calling thread waits when user code waits, and when it has to give up.
class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual memory::WaitCell& cell() = 0;
  /// The run of the calling stage ends: the wait is over and Stopped is thrown. Never for threads of the user's own.
  virtual bool must_end() const = 0;
  /// The stage's number in its run, for messages about who holds memory.
  virtual std::uint32_t node() const { return 0; }
  /// For those who watch: the thread waits at a Queue, Event or Pipe (null: with a time limit), for room or for what comes
  /// out of it; and no longer. On the waiter's own thread.
  virtual void wait_begins(memory::Offset at, bool for_room) noexcept {
    static_cast<void>(at);
    static_cast<void>(for_room);
  }
  virtual void wait_ends() noexcept {}
};

/// What the program's main thread waits at without a time limit, outside of stages; `at` is null when it does not.
struct MainWait {
  memory::Offset at = memory::null_offset;
  bool for_room = false;
};
MainWait main_wait() noexcept;

/// Whether the calling thread is the program's main thread.
bool on_main_thread() noexcept;
/// Whether another thread of the user's own has put into, taken from or waited at a Queue, Event or Pipe, and goes on.
bool other_threads() noexcept;

/// The calling thread's: a stage's own on its thread, else one made for the thread (its cell lives as long as the thread).
/// Throws Error outside a session.
Waiter& this_waiter();
/// The calling thread's stage; null on threads of the user's own.
Waiter* stage_waiter();
/// Sets the calling thread's waiter until it is set to null; by the runtime, on a stage's thread.
void set_this_waiter(Waiter* waiter);

}  // namespace mpyx::channel
