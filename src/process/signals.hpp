#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "process/descriptor.hpp"

namespace mpyx::process {

/// What killed a process, written by its signal handler for others to read after its death; lives in shared memory.
/// All zero means nothing happened. `signal` is stored last (release); readers load it first (acquire).
struct FatalRecord {
  std::atomic<std::int32_t> signal;
  std::atomic<std::int32_t> thread;    ///< kernel thread id of the faulting thread
  std::atomic<std::uint64_t> address;  ///< the address that was accessed (0 for SIGABRT and signals that were sent)
};
static_assert(std::atomic<std::int32_t>::is_always_lock_free && std::atomic<std::uint64_t>::is_always_lock_free);

/// Records SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT in `record`, then hands them to the handlers that were there
/// before (Open MPI, sanitizers) or to the default action, so that the way the process ends does not change.
/// SIGTERM is not among them: it is a request, sent by launchers to the innocent survivors of a failure as well, and a
/// record of it would blame them; InterruptSource counts it.
/// Gives the calling thread an alternate stack. Call again to change the record; nullptr stops recording (the handlers
/// stay). The record must outlive the process or be replaced first.
void install_fatal_handlers(FatalRecord* record);

/// Lets the fatal handlers of the constructing thread run after a stack overflow. One per thread, constructed and
/// destroyed on it; does nothing where the thread has an alternate stack already (sanitizers give each thread one).
class AlternateStack {
 public:
  AlternateStack();
  ~AlternateStack();
  AlternateStack(const AlternateStack&) = delete;
  AlternateStack& operator=(const AlternateStack&) = delete;

 private:
  void* memory_ = nullptr;
  std::size_t size_ = 0;
};

/// Counts SIGINT (under mpyx-run SIGUSR1 stands for it) and SIGTERM and makes a descriptor readable, so that an ordinary
/// thread can act on them. Takes only signals whose disposition is the default (a user's handler or a nohup stays); gives
/// them back on destruction.
/// At most one exists in a process: a second one throws std::logic_error.
class InterruptSource {
 public:
  struct Counts {
    int interrupts = 0;    ///< Ctrl-C so far
    int terminations = 0;  ///< SIGTERM so far
    int total() const noexcept { return interrupts + terminations; }
  };

  InterruptSource();
  ~InterruptSource();
  InterruptSource(const InterruptSource&) = delete;
  InterruptSource& operator=(const InterruptSource&) = delete;

  /// Becomes readable with each signal; take() makes it unreadable.
  int descriptor() const noexcept { return event_.get(); }
  /// All signals counted since construction. A signal that comes during the call makes the descriptor readable again.
  Counts take();

 private:
  Descriptor event_;
};

/// Asks the kernel to send `signal` to this process when the thread that forked it ends, and sends it at once when the
/// parent has gone already. `parent` is the parent's pid as it knew it before forking; 0 takes the present parent
/// (which leaves the time before this call unwatched).
void die_with_parent(int signal, pid_t parent = 0);

}  // namespace mpyx::process
