#pragma once

#include <mpyx/graph.hpp>

#include <cstddef>
#include <vector>

namespace mpyx::graph {

/// Ids of nodes, channels and ranks are ints; they index vectors.
constexpr std::size_t at(int id) noexcept { return static_cast<std::size_t>(id); }

/// What the nesting says about nodes and channels, in numbers.
struct Structure {
  std::vector<int> order;               ///< node ids as the text names them; nodes outside the nesting come last
  std::vector<int> role;                ///< by node: replicas of one farm, and equal places in their inside, share one
  std::vector<double> channel_traffic;  ///< by channel: 1 is all items of the pipeline, a replica of n has 1/n of them
};

[[nodiscard]] Structure read_structure(const Graph& graph);

}  // namespace mpyx::graph
