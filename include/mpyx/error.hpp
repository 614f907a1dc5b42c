#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace mpyx {

/// What the library throws when it cannot do what was asked: a wrong graph, a missing session, too little shared memory.
/// `what()` says what, why and how to fix it. Left uncaught it ends the program with exit status 3.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An exception of a stage, as it reaches the caller of join(), list() or items(). Immutable; safe to copy between threads.
class StageError : public std::runtime_error {
 public:
  /// Where it happened and what was thrown; the library fills it.
  struct Details {
    std::string stage;  ///< name of the stage
    int replica = 0;    ///< which of the farm's replicas, from 0
    int replicas = 1;   ///< how many replicas the farm has
    std::string
        phase;  ///< "start" (the stage could not be made on its rank), "initialize", "setup", "process" or "teardown"
    std::int64_t item = -1;  ///< number of the item among those that this replica processed, from 0; -1 outside process
    std::string message;     ///< what() of the exception
    int rank = 0;            ///< MPI rank it ran on
    std::string host;        ///< host name of that rank
  };

  explicit StageError(Details details) : std::runtime_error{describe(details)}, details_{std::move(details)} {}

  /// Name of the stage.
  const std::string& stage() const noexcept { return details_.stage; }
  /// What it was doing; see Details::phase.
  const std::string& phase() const noexcept { return details_.phase; }
  /// What the stage threw: what() of a std::exception.
  const std::string& message() const noexcept { return details_.message; }
  /// Name of the host and number of the MPI rank that it ran on.
  const std::string& host() const noexcept { return details_.host; }
  int rank() const noexcept { return details_.rank; }
  /// Which of the farm's replicas it was, from 0, and how many there are.
  int replica() const noexcept { return details_.replica; }
  int replicas() const noexcept { return details_.replicas; }
  /// Number of the item among those that this replica processed, from 0; -1 outside process().
  std::int64_t item() const noexcept { return details_.item; }

 private:
  static std::string describe(const Details& d);
  Details details_;
};

/// Thrown out of put() and every other wait for others when the pipeline stops. It is no std::exception, so that
/// `catch (const std::exception&)` in user code does not swallow it; it comes again at the next wait.
struct Stopped {};

/// What an error handler decides about the item whose processing failed.
enum class Verdict {
  abort,  ///< end the pipeline with this error
  skip,   ///< drop the item and go on
  retry,  ///< process the item again
};

}  // namespace mpyx
