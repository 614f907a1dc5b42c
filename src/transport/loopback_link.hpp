#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "transport/link.hpp"

namespace mpyx::transport {

/// Hosts that are threads of one process: the link of tests, and of programs that look at the courier without MPI.
/// Thread-safe; outlives its links.
class LoopbackNetwork {
 public:
  explicit LoopbackNetwork(int hosts);
  ~LoopbackNetwork();

  int hosts() const { return static_cast<int>(inboxes_.size()); }
  /// The end of one host; for one thread.
  std::unique_ptr<Link> link(int host);

 private:
  class End;
  struct Batch {
    int from;
    std::vector<std::byte> bytes;
  };
  struct Chunk {
    int from, to;
    std::uint32_t transfer;
    std::byte* bytes;
    std::size_t size;
  };

  static bool match(std::deque<Chunk>& among, const Chunk& chunk, Chunk& found);
  void copy(const Chunk& sent, const Chunk& expected);

  std::mutex mutex_;
  std::vector<std::deque<Batch>> inboxes_;         // by receiver
  std::vector<std::vector<int>> in_flight_;        // batches, by sender and receiver
  std::vector<std::deque<Link::ChunkDone>> done_;  // by host
  std::deque<Chunk> sent_, expected_;
};

}  // namespace mpyx::transport
