#pragma once

#include <sys/types.h>

#include <optional>

#include "process/descriptor.hpp"
#include "process/exit_status.hpp"

namespace mpyx::process {

/// A descriptor that becomes readable when the process dies; none with errno ESRCH when there is no such process, with
/// ENOSYS or EPERM where the system call is missing or forbidden.
Descriptor open_pidfd(pid_t pid);

/// How the process behind a pidfd ended, from what the kernel still tells: an unreaped child of ours, the remains in
/// /proc, or PIDFD_GET_INFO once it is reaped (Linux 6.15).
std::optional<ExitStatus> exit_status_behind(int pidfd, pid_t pid);

}  // namespace mpyx::process
