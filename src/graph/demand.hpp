#pragma once

#include "base/result.hpp"
#include "graph/placement.hpp"

#include <vector>

namespace mpyx::graph {

/// What a placement has to respect: who is bound to a host, and how many of the others each host takes so that the
/// loads of ranks stay within one of each other.
struct Demand {
  std::vector<int> fixed_host;          ///< by node: the host it must run on; -1: any
  std::vector<char> on_rank_zero;       ///< by node
  std::vector<std::vector<int>> ranks;  ///< by host: the ranks that take nodes
  std::vector<int> lower, upper;        ///< by host: fewest and most free nodes
  int free = 0;                         ///< nodes that count and are not bound

  /// How many free nodes a host takes: `upper` while every node can have a rank, else a share that sums up to `free`,
  /// `spread` in proportion to what is left above `lower`, or else first come, first filled.
  [[nodiscard]] std::vector<int> shares(bool spread) const;

  /// Whether the node takes room and may go to any host.
  [[nodiscard]] bool is_free(const Graph::Node& node) const {
    return !node.internal && fixed_host[static_cast<std::size_t>(node.id)] < 0;
  }
};

[[nodiscard]] base::Result<Demand> read_demand(const Graph& graph, const Cluster& cluster);

/// Splits `count` in proportion to `room`, nobody more than its room, by largest remainders; of these, hosts in `first`
/// come before others, then larger remainders, more room, lower numbers. Needs count <= the sum of room.
/// Linear in the number of hosts.
[[nodiscard]] std::vector<int> split(int count, const std::vector<int>& room, const std::vector<int>& first);

}  // namespace mpyx::graph
