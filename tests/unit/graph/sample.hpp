#pragma once

#include "graph/placement.hpp"

#include <mpyx/graph.hpp>

#include <random>
#include <string>
#include <vector>

namespace mpyx::graph::sample {

constexpr Policy k_policies[] = {Policy::pack, Policy::spread};

/// Builds graphs as a pipeline would: nodes in the order they are written, channels between them, an outlet at the end.
/// A broadcast that shares a channel with others gets an internal relay.
class Sample {
 public:
  Graph::Part stage(const std::string& name, const std::string& takes = "int", const std::string& gives = "int");
  Graph::Part source(const std::string& name) { return stage(name, "", "int"); }
  Graph::Part sink(const std::string& name) { return stage(name, "int", ""); }
  Graph::Part serial(std::vector<Graph::Part> parts) { return {Graph::Kind::serial, -1, std::move(parts), {}}; }
  Graph::Part parallel(std::vector<Graph::Part> parts) { return {Graph::Kind::parallel, -1, std::move(parts), {}}; }
  Graph::Part broadcast(std::vector<Graph::Part> parts) { return {Graph::Kind::broadcast, -1, std::move(parts), {}}; }
  Graph::Part seq(Graph::Part part) { return {Graph::Kind::seq, -1, {std::move(part)}, {}}; }
  Graph::Part zip(std::vector<Graph::Part> parts) { return {Graph::Kind::zip, -1, std::move(parts), {}}; }

  /// As(n, stage(name)).
  Graph::Part farm(int n, const std::string& name);

  Graph::Node& node(const Graph::Part& part) { return nodes_.at(static_cast<std::size_t>(part.node)); }
  Graph::Node& node(int id) { return nodes_.at(static_cast<std::size_t>(id)); }

  /// Connects everything; once, at the end.
  Graph graph(Graph::Part root);

 private:
  int new_channel();
  void connect(const Graph::Part& part);
  void attach(const Graph::Part& part, int channel);
  std::vector<int> open(const Graph::Part& part);
  std::vector<int> exits(const Graph::Part& part) const;
  void put_into(int node, const std::vector<int>& channels);

  std::vector<Graph::Node> nodes_;
  std::vector<Graph::Channel> links_;
};

/// A source, then parts nested at random, up to about `nodes` stages; some pinned to one of `hosts` hosts when asked.
Graph random_graph(std::mt19937& random, int nodes, int hosts, bool pins);

/// Hosts "h0", "h1"... with so many ranks each, numbered host by host.
Cluster cluster(const std::vector<int>& ranks);

/// The plan; throws when there is none.
Plan plan_of(const Graph& graph, const Cluster& hosts, Policy policy);

/// Iter, Load, then Log and two Resize before a Load: the graph of the documentation.
Graph documented();

}  // namespace mpyx::graph::sample
