#include "coordinator/exit_status.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>

namespace mpyx::coordinator {

namespace {
std::atomic<int> noted{0};
std::atomic<int> leaves_with{0};  // written before the handler that reads it is installed

/// A thread that writes to a terminal or pipe where nobody reads keeps its stream locked for ever.
void give_up_flushing_soon(int status) noexcept {
  leaves_with.store(status);
  struct sigaction action {};
  action.sa_handler = [](int) { _exit(leaves_with.load()); };
  ::sigaction(SIGALRM, &action, nullptr);
  sigset_t alarms;
  sigemptyset(&alarms);
  sigaddset(&alarms, SIGALRM);
  ::pthread_sigmask(SIG_UNBLOCK, &alarms, nullptr);
  ::alarm(1);
}
}  // namespace

void end_process(ExitStatus status) noexcept {
  process::tell_mpyx_run(static_cast<int>(status));
  give_up_flushing_soon(static_cast<int>(status));
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
