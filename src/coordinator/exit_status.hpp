#pragma once

#include "process/launcher.hpp"

namespace mpyx::coordinator {

using ExitStatus = process::JobStatus;

/// Ends this process at once, its output flushed, nothing else run.
[[noreturn]] void end_process(ExitStatus status) noexcept;

/// A run failed and nobody took the error: the program's exit status becomes 1 even if main() returns 0.
void note_unclaimed_error() noexcept;
/// A signal asked the program to end: its exit status becomes this.
void note_signal(int status) noexcept;
/// What was noted; 0 when nothing was.
int noted_status() noexcept;

}  // namespace mpyx::coordinator
