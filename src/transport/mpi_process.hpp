#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "topology/host.hpp"
#include "transport/link.hpp"

namespace mpyx::transport {

/// This process's membership of an MPI job. A thread of its own, the courier, initialises MPI, agrees with the other ranks
/// on the host's shared memory, serves the link to other hosts if there are any, and finalises MPI; no other thread calls
/// MPI. With one host nothing polls MPI between the two.
class MpiProcess {
 public:
  /// What the first rank of a host offers to the others on it.
  struct SegmentOffer {
    int pid = 0;
    int descriptor = -1;
    std::string problem;  ///< why there is none; empty when there is one
  };
  /// Called on the courier thread of a host's first rank, with the host's number of ranks.
  using CreateSegment = std::function<SegmentOffer(const topology::Topology&, int rank)>;
  /// Called on every other rank; returns a problem or nothing.
  using AttachSegment = std::function<std::string(const topology::Topology&, int rank, const SegmentOffer&)>;

  /// Joins the job; blocks until every rank has agreed, or knows why they cannot work together.
  MpiProcess(int& argc, char**& argv, CreateSegment create, AttachSegment attach);
  /// Finalises MPI (together with the other ranks) unless finalise() was called.
  ~MpiProcess();

  /// The same on every rank; empty when there is none.
  const std::string& problem() const noexcept;
  int rank() const noexcept;
  const topology::Topology& topology() const noexcept;
  const std::vector<topology::RankRecord>& ranks() const noexcept;
  /// The way to other hosts, in the first rank of each when there are several; else null. For the courier's thread.
  Link* link() const noexcept;
  /// Runs `work` on the thread that may call MPI. Once; finalise() waits for its end.
  void on_its_thread(std::function<void()> work);
  void finalise();

 private:
  class Courier;
  std::unique_ptr<Courier> courier_;
};

}  // namespace mpyx::transport
