#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "process/descriptor.hpp"
#include "process/exit_status.hpp"

namespace mpyx::process {

/// A child program, started and reaped by the helper process. Its destruction kills the program (and its process
/// group) when it still runs. wait() and kill() may be called by several threads at once.
class Child {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  Child(Child&&) noexcept;
  Child& operator=(Child&&) noexcept;
  ~Child();

  pid_t pid() const noexcept;

  /// How it ended, or nothing when it still runs at the deadline. A helper that died takes its children with it:
  /// they are reported as killed by SIGKILL.
  std::optional<ExitStatus> wait_until(Deadline deadline);
  std::optional<ExitStatus> wait_for(std::chrono::nanoseconds limit);
  ExitStatus wait();

  /// Sends a signal to the program and its process group; false when it has ended already. Never meets a reused pid.
  bool kill(int signal);

  /// Readable once the program has ended: for poll() beside other descriptors. Owned by the child; only wait() reads.
  int ended_descriptor() const noexcept;

 private:
  friend class Helper;
  struct State;
  explicit Child(std::unique_ptr<State> state) noexcept;

  std::unique_ptr<State> state_;
};

/// Changes to the environment of a child: a value, or nothing to remove the variable.
using EnvironmentChanges = std::vector<std::pair<std::string, std::optional<std::string>>>;

/// A small process forked as the very first act of a session, before threads and MPI exist, that starts programs on
/// request: a process that runs MPI must not fork. It sleeps in poll(); ignores the terminal's signals (its parent
/// decides); when its parent dies or lets go of it, it kills everything that descends from it, reaps it, and exits.
/// The death of the helper itself ends its children by their parent-death signal.
/// spawn() may be called by several threads at once.
class Helper {
 public:
  /// To be called while the process has one thread. Throws std::system_error when no process can be forked.
  static Helper fork_helper();

  Helper(Helper&&) noexcept;
  Helper& operator=(Helper&&) noexcept;
  /// Ends the helper with all its children and reaps it; within 2 s (plus the kernel's time to kill).
  ~Helper();

  pid_t pid() const noexcept;

  /// Starts argv[0] (looked for in PATH when it has no slash; never by a shell) in the caller's working directory.
  /// The three descriptors stay the caller's; -1 stands for /dev/null. The environment is that of the session's start
  /// without the launchers' variables (OMPI_*, PMIX_*, PMI_*, SLURM_*), then changed as asked. The child has default
  /// signal dispositions, a process group of its own (so it must not read from the terminal) and no other
  /// descriptors, and dies with the helper.
  base::Result<Child> spawn(const std::vector<std::string>& argv, int stdin_fd, int stdout_fd, int stderr_fd,
                            const EnvironmentChanges& changes = {});

 private:
  struct State;
  explicit Helper(std::unique_ptr<State> state) noexcept;

  std::unique_ptr<State> state_;
};

}  // namespace mpyx::process
