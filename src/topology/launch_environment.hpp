#pragma once

#include <functional>
#include <optional>

namespace mpyx::topology {

/// What the launcher (mpirun, srun with PMIx, mpyx-run) says in the environment, known before MPI is initialised.
struct LaunchEnvironment {
  bool under_launcher = false;  ///< OMPI_COMM_WORLD_SIZE or PMIX_RANK is there; a Slurm job alone does not count
  std::optional<int> size;      ///< of the world; PMIx does not tell it
  std::optional<int> rank;
  std::optional<int> local_rank;  ///< among those on this host
  std::optional<int> local_size;

  /// No MPI is needed: not launched, or a world of one.
  bool alone() const noexcept { return !under_launcher || size == 1; }
};

using EnvironmentLookup = std::function<const char*(const char* name)>;

LaunchEnvironment launch_environment();
/// The same with another environment (nullptr: not set). Values that are no numbers count as not set.
LaunchEnvironment launch_environment(const EnvironmentLookup& lookup);

}  // namespace mpyx::topology
