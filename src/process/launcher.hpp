#pragma once

namespace mpyx::process {

/// Exit statuses of a job that users may rely on.
enum class JobStatus : int {
  ok = 0,
  stage_failed = 1,
  usage = 2,
  environment = 3,  ///< or an invalid graph
  rank_lost = 4,
};

/// Whether mpyx-run started this job: it says so in the environment of all ranks, by the name of its status file
/// (MPYX_RUN_STATUS). Then Ctrl-C arrives as SIGUSR1, because mpirun passes that on and keeps SIGINT for itself.
bool started_by_mpyx_run() noexcept;

/// Tells mpyx-run with which status the job ends, since mpirun reports whichever rank fails first. The first word counts.
/// Does nothing without mpyx-run, and on hosts from which it cannot be reached: it then goes by mpirun's status.
void tell_mpyx_run(int status) noexcept;

}  // namespace mpyx::process
