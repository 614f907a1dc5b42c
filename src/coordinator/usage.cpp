#include "coordinator/usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "graph/names.hpp"
#include "graph/structure.hpp"

namespace mpyx::coordinator {

namespace {

using Kind = StageGroup::Kind;
using runtime::Phase;

void mark_nested(const Graph::Part& part, std::vector<bool>& nested) {
  if (part.node >= 0) nested[static_cast<std::size_t>(part.node)] = true;
  for (const auto& inner : part.parts) mark_nested(inner, nested);
}

StageGroup group_of(const Graph::Node& node) {
  StageGroup group;
  group.name = graph::one_line(node.name);
  group.kind = node.internal ? Kind::internal : node.inputs.empty() ? Kind::source : Kind::stage;
  return group;
}

void set_label(StageGroup& group, const Graph& graph) {
  const auto& first = graph.nodes()[static_cast<std::size_t>(group.nodes.front())];
  if (group.nodes.size() > 1) {
    group.label = fmt::format("{} x {}", group.name, group.nodes.size());
  } else if (first.replicas > 1) {
    group.label = fmt::format("{} {}/{}", group.name, first.replica + 1, first.replicas);
  } else {
    group.label = group.kind == Kind::internal ? "(" + group.name + ")" : group.name;
  }
}

template <class T>
T at(const std::vector<T>& all, int index) {
  return static_cast<std::size_t>(index) < all.size() ? all[static_cast<std::size_t>(index)] : T{};
}

std::uint64_t items_of(const runtime::NodeSnapshot& node, Kind kind) {
  return kind == Kind::source ? node.items_out : node.items_in;
}

}  // namespace

std::vector<StageGroup> stage_groups(const Graph& graph) {
  const auto& nodes = graph.nodes();
  std::vector<bool> nested(nodes.size());
  mark_nested(graph.root(), nested);
  const auto structure = graph::read_structure(graph);
  std::vector<StageGroup> groups, beside;
  std::map<std::tuple<int, std::string, int>, std::pair<std::vector<StageGroup>*, std::size_t>> known;
  for (const auto& node : nodes) {
    const auto id = static_cast<std::size_t>(node.id);
    // Outside the nesting lie what the library made and what is attached as an xcut: these go by name and channel.
    auto key = nested[id] ? std::tuple{structure.role[id], std::string{}, -1}
                          : std::tuple{-1, node.name, node.inputs.empty() ? -1 : node.inputs.front()};
    if (node.internal) key = {-2, std::string{}, node.id};
    auto& list = nested[id] || node.internal ? groups : beside;
    const auto [found, fresh] = known.try_emplace(std::move(key), &list, list.size());
    if (fresh) list.push_back(group_of(node));
    StageGroup& group = (*found->second.first)[found->second.second];
    group.nodes.push_back(node.id);
    for (const int input : node.inputs) {
      if (std::find(group.inputs.begin(), group.inputs.end(), input) == group.inputs.end())
        group.inputs.push_back(input);
    }
  }
  groups.insert(groups.end(), beside.begin(), beside.end());
  for (auto& group : groups) set_label(group, graph);
  const auto outlet = std::find_if(graph.links().begin(), graph.links().end(), [](const auto& l) { return l.outlet; });
  if (outlet != graph.links().end())
    groups.push_back({"main()", "main()", Kind::main, {static_cast<int>(nodes.size())}, {outlet->id}});
  return groups;
}

std::optional<Shares> shares_between(const runtime::NodeSnapshot& before, const runtime::NodeSnapshot& after,
                                     std::int64_t longest_ns) {
  // Never negative, whatever a reader saw while the node's thread was writing.
  const auto spent = [](std::int64_t from, std::int64_t to) {
    return static_cast<double>(std::max(to - from, std::int64_t{0}));
  };
  const double busy = spent(before.busy_ns, after.busy_ns);
  const double starved = spent(before.starved_ns, after.starved_ns);
  const double blocked = spent(before.blocked_ns, after.blocked_ns);
  const double ran = busy + starved + blocked;
  if (ran <= 0) return std::nullopt;
  // One that ran all the time is told of by its own clock: hosts are not asked all at the same moment.
  const bool throughout = before.doing() != Phase::waiting_to_start && after.doing() != Phase::finished;
  const double all = throughout ? ran : std::max(ran, static_cast<double>(longest_ns));
  return Shares{busy / all, starved / all, blocked / all};
}

Percents percents_of(const Shares& shares) {
  const std::array<double, 3> exact{shares.busy * 100, shares.starved * 100, shares.blocked * 100};
  std::array<int, 3> whole{};
  std::transform(exact.begin(), exact.end(), whole.begin(), [](double x) { return static_cast<int>(x); });
  std::array<std::size_t, 3> order{0, 1, 2};
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return exact[a] - whole[a] > exact[b] - whole[b]; });
  const auto together = static_cast<int>(std::lround(std::accumulate(exact.begin(), exact.end(), 0.0)));
  const int missing = std::clamp(together - std::accumulate(whole.begin(), whole.end(), 0), 0, 3);
  for (int i = 0; i < missing; ++i) ++whole[order[static_cast<std::size_t>(i)]];
  return {whole[0], whole[1], whole[2]};
}

Spread spread_of(std::vector<int> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  const int median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle] + 1) / 2;
  return {values.front(), median, values.back()};
}

namespace {

struct Ran {
  std::vector<int> busy, starved, blocked;
  double load = 0;

  void add(const Shares& shares) {
    const Percents percents = percents_of(shares);
    busy.push_back(percents.busy);
    starved.push_back(percents.starved);
    blocked.push_back(percents.blocked);
    load += shares.busy;
  }
};

StageUsage::State state_of(const std::vector<runtime::NodeSnapshot>& nodes) {
  const auto in = [&](Phase phase) {
    return std::all_of(nodes.begin(), nodes.end(), [&](const auto& node) { return node.doing() == phase; });
  };
  if (in(Phase::finished)) return StageUsage::State::finished;
  return in(Phase::waiting_to_start) ? StageUsage::State::not_started : StageUsage::State::running;
}

void set_waiting(StageUsage& usage, const StageGroup& group, const runtime::Snapshot& snapshot) {
  usage.has_input = !group.inputs.empty();
  for (const int input : group.inputs) {
    const auto channel = at(snapshot.channels, input);
    if (usage.capacity != 0 && channel.waiting <= usage.waiting) continue;
    usage.waiting = channel.waiting;
    usage.capacity = channel.capacity;
  }
}

/// How long the one ran that ran longest.
std::int64_t longest_between(const runtime::Snapshot& before, const runtime::Snapshot& after) {
  std::int64_t longest = 0;
  for (std::size_t i = 0; i < after.nodes.size(); ++i)
    longest = std::max(longest, after.nodes[i].ran_ns() - at(before.nodes, static_cast<int>(i)).ran_ns());
  return longest;
}

StageUsage usage_of(const StageGroup& group, const runtime::Snapshot& before, const runtime::Snapshot& after,
                    std::int64_t longest_ns, double seconds) {
  StageUsage usage;
  usage.name = group.name;
  usage.label = group.label;
  usage.kind = group.kind;
  usage.replicas = static_cast<int>(group.nodes.size());
  Ran ran;
  std::vector<runtime::NodeSnapshot> nodes;
  for (const int id : group.nodes) {
    const auto was = at(before.nodes, id), is = at(after.nodes, id);
    nodes.push_back(is);
    usage.items += items_of(is, group.kind) - std::min(items_of(was, group.kind), items_of(is, group.kind));
    usage.longest_blocked_ns = std::max(usage.longest_blocked_ns, is.longest_blocked_ns);
    if (const auto shares = shares_between(was, is, longest_ns)) ran.add(*shares);
  }
  usage.state = ran.busy.empty() ? state_of(nodes) : StageUsage::State::running;
  usage.rate = seconds > 0 ? static_cast<double>(usage.items) / seconds : 0;
  if (!ran.busy.empty()) usage.load = ran.load / static_cast<double>(ran.busy.size());
  usage.busy = spread_of(std::move(ran.busy));
  usage.starved = spread_of(std::move(ran.starved));
  usage.blocked = spread_of(std::move(ran.blocked));
  set_waiting(usage, group, after);
  return usage;
}

}  // namespace

std::vector<StageUsage> usage_between(const std::vector<StageGroup>& groups, const runtime::Snapshot& before,
                                      const runtime::Snapshot& after, double seconds) {
  std::vector<StageUsage> all;
  all.reserve(groups.size());
  const std::int64_t longest_ns = longest_between(before, after);
  for (const auto& group : groups) all.push_back(usage_of(group, before, after, longest_ns, seconds));
  return all;
}

}  // namespace mpyx::coordinator
