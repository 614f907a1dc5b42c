#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace mpyx::process {

/// What /proc/<pid>/stat says.
struct ProcStat {
  char state = '?';              ///< 'Z' or 'X' once the process is dead but not reaped
  std::uint64_t start_time = 0;  ///< clock ticks since boot
  int exit_code = 0;             ///< wait status once dead; 0 too when this process may not see it
  bool dead() const noexcept { return state == 'Z' || state == 'X'; }
};

/// Nothing when there is no such process.
std::optional<ProcStat> read_proc_stat(pid_t pid);

}  // namespace mpyx::process
