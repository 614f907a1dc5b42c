#include "graph/check.hpp"

#include "graph/names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mpyx::graph {
namespace {

using Problem = std::optional<std::string>;
using Kind = Graph::Kind;

bool in_range(int id, std::size_t size) noexcept { return id >= 0 && static_cast<std::size_t>(id) < size; }

bool all_in_range(const std::vector<int>& ids, std::size_t size) {
  return std::ranges::all_of(ids, [size](int id) { return in_range(id, size); });
}

Problem broken(std::string_view what) {
  return fmt::format("the graph is not consistent: {}. This is a fault of mpyx, please report it", what);
}

Problem check_part_ids(const Graph::Part& part, std::size_t nodes) {
  if (part.kind == Kind::stage && !in_range(part.node, nodes)) return broken("a part names a node that is not there");
  for (const Graph::Part& inner : part.parts) {
    if (auto problem = check_part_ids(inner, nodes)) return problem;
  }
  return {};
}

Problem check_ids(const Graph& graph) {
  const std::size_t nodes = graph.nodes().size();
  for (const Graph::Node& node : graph.nodes()) {
    if (!all_in_range(node.inputs, graph.channels()) || !all_in_range(node.outputs, graph.channels())) {
      return broken(fmt::format("stage '{}' names a channel that is not there", one_line(node.name)));
    }
  }
  for (const Graph::Channel& link : graph.links()) {
    if (!all_in_range(link.producers, nodes) || !all_in_range(link.consumers, nodes)) {
      return broken(fmt::format("channel {} names a node that is not there", link.id));
    }
  }
  return check_part_ids(graph.root(), nodes);
}

std::string_view how_written(Kind kind) noexcept {
  switch (kind) {
    case Kind::parallel:
      return "P(...) or As(...)";
    case Kind::broadcast:
      return "B(...) or By(...)";
    case Kind::seq:
      return "Seq(...)";
    case Kind::zip:
      return "Zip(...)";
    case Kind::stage:
    case Kind::serial:
      break;
  }
  return "S(...) or EZ(...)";
}

Problem check_empty(const Graph::Part& part) {
  if (part.kind != Kind::stage && part.parts.empty()) {
    return fmt::format(
        "an empty vector: {} was given no stages. Put at least one stage into the vector, ask for at least one "
        "replica, "
        "or leave that part out",
        how_written(part.kind));
  }
  for (const Graph::Part& inner : part.parts) {
    if (auto problem = check_empty(inner)) return problem;
  }
  return {};
}

const Graph::Channel& link_of(const Graph& graph, int id) { return graph.links()[static_cast<std::size_t>(id)]; }

bool fed(const Graph& graph, const Graph::Node& node) {
  return std::ranges::any_of(node.inputs,
                             [&](int id) { return link_of(graph, id).inlet || !link_of(graph, id).producers.empty(); });
}

std::string who_feeds(const Graph& graph, const Graph::Node& node) {
  for (const int id : node.inputs) {
    const Graph::Channel& link = link_of(graph, id);
    if (link.producers.empty()) continue;
    return fmt::format("stage '{}'", one_line(graph.nodes()[static_cast<std::size_t>(link.producers[0])].name));
  }
  return "the coordinator";
}

// Internal nodes are skipped: the library made them, and they take whatever passes.
Problem check_inputs(const Graph& graph) {
  for (const Graph::Node& node : graph.nodes()) {
    if (node.internal || node.takes.empty() == !fed(graph, node)) continue;
    const std::string name = one_line(node.name);
    if (!node.takes.empty()) {
      return fmt::format(
          "no source: stage '{}' takes {} and nothing comes before it. Begin the pipeline with a source, such as "
          "Iter(...), Const(...) or a stage derived from F<void, {}>",
          name, one_line(node.takes), one_line(node.takes));
    }
    return fmt::format(
        "stage '{}' is a source, which takes no items, but {} comes before it. Move it to the beginning of a pipeline, "
        "or "
        "give it an input type",
        name, who_feeds(graph, node));
  }
  return {};
}

Problem check_channels(const Graph& graph) {
  for (const Graph::Channel& link : graph.links()) {
    if (link.producers.empty() && !link.inlet) {
      return broken(fmt::format("nothing puts into channel {}", link.id));
    }
    if (link.consumers.empty() && !link.outlet) {
      const std::string from =
          link.producers.empty() ? "the coordinator" : graph.nodes()[static_cast<std::size_t>(link.producers[0])].name;
      return broken(fmt::format("nothing takes what '{}' puts into channel {}", one_line(from), link.id));
    }
  }
  return {};
}

}  // namespace

std::optional<std::string> check(const Graph& graph) {
  if (auto problem = check_ids(graph)) return problem;
  if (auto problem = check_empty(graph.root())) return problem;
  if (auto problem = check_inputs(graph)) return problem;
  return check_channels(graph);
}

}  // namespace mpyx::graph
