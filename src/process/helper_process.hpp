#pragma once

#include <sys/types.h>

namespace mpyx::process {

/// The life of the helper process; runs in the forked process and ends it.
/// `socket` carries StartRequests; `parent` is the pid of the session's process.
[[noreturn]] void run_helper(int socket, pid_t parent);

}  // namespace mpyx::process
