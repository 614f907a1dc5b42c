#pragma once

#include <mpyx/graph.hpp>

#include <string>
#include <utility>
#include <vector>

namespace mpyx::coordinator {

/// A row of stages, the first of them a source: EZ(As(n, stage(name)), ...). Without `sink` its items go to main().
inline Graph row_graph(const std::vector<std::pair<std::string, int>>& farms, bool sink) {
  std::vector<Graph::Node> nodes;
  std::vector<Graph::Channel> links;
  Graph::Part root;
  for (const auto& [name, replicas] : farms) {
    Graph::Part farm{Graph::Kind::parallel, -1, {}, {}};
    const bool last = &name == &farms.back().first;
    const int input = static_cast<int>(links.size()) - 1;
    if (!last || !sink) links.push_back({static_cast<int>(links.size()), {}, {}, last, false, "int"});
    for (int i = 0; i < replicas; ++i) {
      Graph::Node node;
      node.id = static_cast<int>(nodes.size());
      node.name = name;
      node.replica = i;
      node.replicas = replicas;
      if (input >= 0) node.inputs = {input};
      if (!last || !sink) node.outputs = {static_cast<int>(links.size()) - 1};
      farm.parts.push_back({Graph::Kind::stage, node.id, {}, name});
      nodes.push_back(std::move(node));
    }
    root.parts.push_back(replicas == 1 ? farm.parts.front() : std::move(farm));
  }
  for (const auto& node : nodes) {
    for (const int c : node.inputs) links[static_cast<std::size_t>(c)].consumers.push_back(node.id);
    for (const int c : node.outputs) links[static_cast<std::size_t>(c)].producers.push_back(node.id);
  }
  return Graph{root, nodes, links};
}

}  // namespace mpyx::coordinator
