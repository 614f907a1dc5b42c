#include "coordinator/exit_status.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdio>

#include "process/launcher.hpp"

namespace mpyx::coordinator {

namespace {
std::atomic<int> noted{0};
}

void end_process(ExitStatus status) noexcept {
  process::tell_mpyx_run(static_cast<int>(status));
  std::fflush(nullptr);
  _exit(static_cast<int>(status));
}

void note_unclaimed_error() noexcept {
  int nothing = 0;
  noted.compare_exchange_strong(nothing, static_cast<int>(ExitStatus::stage_failed), std::memory_order_relaxed);
}
void note_signal(int status) noexcept { noted.store(status, std::memory_order_relaxed); }
int noted_status() noexcept { return noted.load(std::memory_order_relaxed); }

}  // namespace mpyx::coordinator
