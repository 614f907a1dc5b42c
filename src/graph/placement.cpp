#include "graph/placement.hpp"

#include "graph/assign.hpp"
#include "graph/demand.hpp"
#include "graph/refine.hpp"
#include "graph/structure.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace mpyx::graph {
namespace {

std::vector<std::vector<int>> nodes_by_host(const Structure& structure, const Demand& demand,
                                            const std::vector<int>& host_of_node) {
  std::vector<std::vector<int>> out(demand.ranks.size());
  for (const int node : structure.order) {
    if (demand.on_rank_zero[at(node)] == 0) out[at(host_of_node[at(node)])].push_back(node);
  }
  return out;
}

// Dealt one by one, neighbours in the list get different ranks and loads differ by one at most. When ranks are shared,
// equal roles are made neighbours, so that the replicas of a farm come to as many ranks as there are.
void deal(std::vector<int> nodes, const std::vector<int>& ranks, const Graph& graph, const Structure& structure,
          std::vector<int>& rank_of_node) {
  const auto internal =
      std::ranges::stable_partition(nodes, [&](int node) { return !graph.nodes()[at(node)].internal; });
  const auto counted = static_cast<std::size_t>(internal.begin() - nodes.begin());
  if (counted > ranks.size()) {
    std::stable_sort(nodes.begin(), internal.begin(),
                     [&](int a, int b) { return structure.role[at(a)] < structure.role[at(b)]; });
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) rank_of_node[at(nodes[i])] = ranks[i % ranks.size()];
}

}  // namespace

base::Result<Plan> place(const Graph& graph, const Cluster& cluster, Policy policy) {
  auto demand = read_demand(graph, cluster);
  if (!demand) return base::Failure{demand.error()};
  const Structure structure = read_structure(graph);
  Assignment assignment = assign(graph, structure, *demand, policy);
  refine(assignment, graph, structure, *demand);
  Plan plan{std::vector<int>(graph.nodes().size(), 0), std::move(assignment.host_of_node)};
  auto nodes = nodes_by_host(structure, *demand, plan.host_of_node);
  for (std::size_t host = 0; host < nodes.size(); ++host) {
    if (!nodes[host].empty()) deal(std::move(nodes[host]), demand->ranks[host], graph, structure, plan.rank_of_node);
  }
  return plan;
}

Graph placed(const Graph& graph, const Cluster& cluster, const Plan& plan) {
  std::vector<Graph::Node> nodes = graph.nodes();
  for (Graph::Node& node : nodes) {
    node.rank = plan.rank_of_node.at(at(node.id));
    node.host = cluster.hosts.at(at(plan.host_of_node.at(at(node.id)))).name;
  }
  return {graph.root(), std::move(nodes), graph.links()};
}

}  // namespace mpyx::graph
