#pragma once

#include "graph/assign.hpp"

namespace mpyx::graph {

/// Moves and swaps nodes between hosts while that lowers the traffic between hosts: the local search of Kernighan and
/// Lin ("An efficient heuristic procedure for partitioning graphs", 1970) without their look-ahead. Never makes it
/// worse; keeps what Demand and Assignment bound. Each of the few passes is near-linear in connections.
void refine(Assignment& assignment, const Graph& graph, const Structure& structure, const Demand& demand);

}  // namespace mpyx::graph
