#include "process/exit_status.hpp"

#include <sys/wait.h>

#include <cstring>

namespace mpyx::process {

ExitStatus exit_status_of(int wait_status) noexcept {
  if (WIFSIGNALED(wait_status)) return {.code = 0, .signal = WTERMSIG(wait_status)};
  return {.code = WEXITSTATUS(wait_status), .signal = 0};
}

std::string describe(const ExitStatus& status) {
  if (status.signal == 0) return "exited with status " + std::to_string(status.code);
  const char* name = sigdescr_np(status.signal);
  return "was killed by signal " + std::to_string(status.signal) + (name ? std::string(" (") + name + ")" : "");
}

}  // namespace mpyx::process
