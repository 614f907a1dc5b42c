#pragma once

namespace mpyx::coordinator {

/// Exit statuses that users may rely on.
enum class ExitStatus : int {
  ok = 0,
  stage_failed = 1,
  usage = 2,
  environment = 3,  ///< or an invalid graph
  rank_lost = 4,
};

/// Ends this process at once, its output flushed, nothing else run.
[[noreturn]] void end_process(ExitStatus status) noexcept;

/// A run failed and nobody took the error: the program's exit status becomes 1 even if main() returns 0.
void note_unclaimed_error() noexcept;
/// A signal asked the program to end: its exit status becomes this.
void note_signal(int status) noexcept;
/// What was noted; 0 when nothing was.
int noted_status() noexcept;

}  // namespace mpyx::coordinator
