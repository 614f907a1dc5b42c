#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "process/exit_status.hpp"

namespace mpyx::process {

/// When the process started, in clock ticks since boot (field 22 of /proc/<pid>/stat): tells a process from a later
/// one with the same pid. Nothing when there is no such process, or only its unreaped remains.
std::optional<std::uint64_t> process_start_time(pid_t pid);

/// One thread that sleeps in poll() until a watched process dies or a watched descriptor becomes readable, and then
/// calls back on that thread. Works for any process of the same pid namespace, not only for children, and reaps none.
/// All functions are thread-safe and may be called from callbacks, except destruction. Callbacks must not throw.
class DeathWatch {
 public:
  /// Called once per watched process. The status is absent when the kernel does not tell it (not our child, already
  /// reaped, Linux before 6.15).
  using DeathCallback = std::function<void(pid_t pid, std::optional<ExitStatus> status)>;
  using ReadableCallback = std::function<void()>;

  enum class Mechanism {
    automatic,  ///< pidfds; where they are missing (before Linux 5.3, seccomp), polling
    polling,    ///< looks at /proc every 100 ms
  };

  explicit DeathWatch(DeathCallback on_death, Mechanism mechanism = Mechanism::automatic);
  ~DeathWatch();  ///< No callback runs afterwards.
  DeathWatch(const DeathWatch&) = delete;
  DeathWatch& operator=(const DeathWatch&) = delete;

  /// Watches a process. One that is already gone, or whose start time differs from the one given, is reported like
  /// one that dies now. Watching a pid twice is watching it once.
  void watch(pid_t pid, std::optional<std::uint64_t> start_time = {});

  /// Returns when no callback for this process runs or can start any more (at once when called from a callback): do not
  /// hold a lock that the callback takes.
  void unwatch(pid_t pid);

  /// Calls back whenever the descriptor is readable; the callback must drain it. The descriptor stays the caller's and
  /// must stay open until unwatch_descriptor() or destruction. It is let go of when it reports an error or hang-up.
  void watch_descriptor(int descriptor, ReadableCallback on_readable);
  /// Returns as unwatch() does.
  void unwatch_descriptor(int descriptor);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace mpyx::process
