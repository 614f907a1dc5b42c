#pragma once

#include <mpyx/graph.hpp>

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace mpyx::graph {

/// What the job was given. hosts[0] is the coordinator's host and holds rank 0.
struct Cluster {
  struct Host {
    std::string name;
    int cores = 1;
    std::vector<int> ranks;
  };
  std::vector<Host> hosts;
};

/// pack: as few hosts as hold one node per rank. spread: farms over all hosts in proportion to their free slots,
/// the other stages together.
enum class Policy { pack, spread };

/// Per node, by node id: its rank, and its host as a position in Cluster::hosts.
struct Plan {
  std::vector<int> rank_of_node;
  std::vector<int> host_of_node;
};

/// Decides which rank runs which node, or says in plain words why it cannot (a pin to a host that is not there). Pure
/// and deterministic; near-linear in nodes + connections + ranks, and at most hosts more for each farm.
///
/// - Rank 0 runs what cannot travel, and is otherwise used only when it is the only rank of the job, or the only rank
///   of a host that a pin or a file demands.
/// - A rank runs a second node only when every other rank that could take the node has one, and so on: the loads of
///   ranks differ by one at most, save where pins demand more.
/// - Nodes of one host are dealt so that the replicas of a farm come to different ranks first.
/// - Internal nodes cost no rank: they go where most of their neighbours are.
[[nodiscard]] base::Result<Plan> place(const Graph& graph, const Cluster& cluster, Policy policy = Policy::spread);

/// The graph with rank and host of each node filled in.
[[nodiscard]] Graph placed(const Graph& graph, const Cluster& cluster, const Plan& plan);

/// What the plan sends between hosts, in units of the traffic of the pipeline's first channel: replicas of a farm share
/// its traffic equally, branches of a broadcast have all of it. The coordinator counts as a member of inlet and outlet.
[[nodiscard]] double traffic_between_hosts(const Graph& graph, const Plan& plan);

/// How many times a channel reaches a further host: the sum over channels of (hosts that take part - 1).
[[nodiscard]] std::size_t crossings(const Graph& graph, const Plan& plan);

}  // namespace mpyx::graph
