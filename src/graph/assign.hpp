#pragma once

#include "graph/demand.hpp"
#include "graph/placement.hpp"
#include "graph/structure.hpp"

#include <vector>

namespace mpyx::graph {

/// A first choice of hosts, to be refined.
struct Assignment {
  std::vector<int> host_of_node;
  std::vector<int> share;      ///< by host: the most free nodes it may hold
  std::vector<char> may_move;  ///< by node: refinement may choose another host
};

/// Bound nodes where they must be; the others in the order of the nesting, so that neighbours meet:
/// pack fills as few hosts as will do, one after the other. spread first fills in what is outside all farms the same
/// way, then shares out each farm in proportion to the room that is left; a replica of several stages stays whole where
/// it fits. Internal nodes follow a neighbour.
[[nodiscard]] Assignment assign(const Graph& graph, const Structure& structure, const Demand& demand, Policy policy);

}  // namespace mpyx::graph
