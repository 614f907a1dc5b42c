#pragma once

#include <mpyx/graph.hpp>

#include <optional>
#include <string>

namespace mpyx::graph {

/// The first thing that keeps the graph from running, in plain words with the way to fix it; nothing when it can run.
/// Pure; linear in nodes, channels and connections.
[[nodiscard]] std::optional<std::string> check(const Graph& graph);

}  // namespace mpyx::graph
