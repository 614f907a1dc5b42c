#pragma once

#include <mpyx/detail/run.hpp>

#include <iosfwd>
#include <memory>

namespace mpyx {

/// Joins the ranks that mpirun, srun or mpyx-run started; alone, this process is the only rank and MPI is not started.
///
/// On rank 0 the constructor returns and main() goes on. On every other rank it serves until the session ends and then
/// exits the process, so main() runs once. One session per process, made before any pipeline starts; it waits for running
/// pipelines when it is destroyed (daemons are stopped).
class Session {
 public:
  /// Throws Error when the ranks cannot work together (different builds, no shared memory), and for a second session under mpirun.
  Session(int& argc, char**& argv);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  int ranks() const noexcept;  ///< processes of this job
  int hosts() const noexcept;  ///< shared-memory domains among them

 private:
  friend std::shared_ptr<detail::Run> detail::start_run(detail::Blueprint blueprint, const detail::Settings& settings);
  friend void detail::check(const detail::Blueprint& blueprint);
  friend void detail::print_layout(detail::Blueprint blueprint, std::ostream& out);
  class Impl;
  static Impl& running();
  std::unique_ptr<Impl> impl_;
};

}  // namespace mpyx
