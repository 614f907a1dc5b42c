#pragma once

#include <string>

namespace mpyx::process {

/// How a process ended: by itself with a code, or by a signal.
struct ExitStatus {
  int code = 0;    ///< exit code; meaningful when signal is 0
  int signal = 0;  ///< the signal that ended it; 0 when it exited by itself

  bool success() const noexcept { return code == 0 && signal == 0; }
  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

/// From the status word of waitpid() (also PIDFD_GET_INFO's and /proc/<pid>/stat's exit_code).
ExitStatus exit_status_of(int wait_status) noexcept;

/// "exited with status 3", "was killed by signal 9 (Killed)".
std::string describe(const ExitStatus& status);

}  // namespace mpyx::process
