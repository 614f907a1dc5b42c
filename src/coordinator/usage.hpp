#pragma once

#include <mpyx/graph.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/snapshot.hpp"

/// What two snapshots of a run say about its stages. Pure functions: nothing here looks at a clock or at shared memory.
namespace mpyx::coordinator {

/// The stages that one line of a watch is about: the replicas of a farm, or a single one.
struct StageGroup {
  enum class Kind { stage, source, internal, main };

  std::string name;
  std::string label;  ///< "resize x 4", "log 1/2", "(in order)"
  Kind kind = Kind::stage;
  std::vector<int> nodes;
  std::vector<int> inputs;  ///< channels, each once
};

/// The lines of a watch, in the order of the flow; then what is attached beside it. main() is node number nodes().size(),
/// and has a line when it reads the outlet.
std::vector<StageGroup> stage_groups(const Graph& graph);

/// How a thread spent a time, as fractions of it; what they lack to one is the time before it began and after it ended.
struct Shares {
  double busy = 0;
  double starved = 0;
  double blocked = 0;
};
/// Between two snapshots of a node; nothing when it did not run meanwhile. `longest_ns`: how long of that time that node of
/// the run ran which ran longest, so spans are compared with spans, whatever the hosts' clocks say.
std::optional<Shares> shares_between(const runtime::NodeSnapshot& before, const runtime::NodeSnapshot& after,
                                     std::int64_t longest_ns);

/// Whole percents whose sum is that of the shares, rounded: each rounded down, and what is missing goes to those that lost
/// most.
struct Percents {
  int busy = 0;
  int starved = 0;
  int blocked = 0;
};
Percents percents_of(const Shares& shares);

/// Smallest, middle (the mean of two) and largest.
struct Spread {
  int min = 0;
  int median = 0;
  int max = 0;
};
Spread spread_of(std::vector<int> values);

/// One line of a watch, as numbers.
struct StageUsage {
  enum class State { running, not_started, finished };

  std::string name;
  std::string label;
  StageGroup::Kind kind = StageGroup::Kind::stage;
  State state = State::running;
  int replicas = 1;
  std::uint64_t items = 0;        ///< taken meanwhile; of a source: put
  double rate = 0;                ///< the same per second
  Spread busy, starved, blocked;  ///< percent
  double load = 0;                ///< mean busy share of the replicas that ran
  bool has_input = false;
  std::uint64_t waiting = 0;  ///< of the fullest input channel, in items
  std::uint64_t capacity = 0;
  std::int64_t longest_blocked_ns = 0;  ///< since the start

  double fill() const { return capacity == 0 ? 0 : static_cast<double>(waiting) / static_cast<double>(capacity); }
};

/// What happened between two snapshots that lie `seconds` apart; an empty first one stands for the start.
std::vector<StageUsage> usage_between(const std::vector<StageGroup>& groups, const runtime::Snapshot& before,
                                      const runtime::Snapshot& after, double seconds);

}  // namespace mpyx::coordinator
