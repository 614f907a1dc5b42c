#include "graph/demand.hpp"

#include "graph/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <string_view>
#include <tuple>
#include <utility>

namespace mpyx::graph {
namespace {

constexpr int k_nobody = -1;

std::string list_of(const std::vector<Cluster::Host>& hosts) {
  constexpr std::size_t most = 8;
  std::string out;
  for (std::size_t i = 0; i < std::min(most, hosts.size()); ++i) {
    if (i > 0) out += ", ";
    out += one_line(hosts[i].name);
  }
  if (hosts.size() > most) out += fmt::format(" and {} more", hosts.size() - most);
  return out;
}

// Launchers strip domains, so "node7" and "node7.example.org" are one host unless both have a domain.
bool same_host(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const bool a_short = a.find('.') == std::string_view::npos;
  const bool b_short = b.find('.') == std::string_view::npos;
  return a_short != b_short && a.substr(0, a.find('.')) == b.substr(0, b.find('.'));
}

base::Result<int> find_named(const Graph::Node& node, const std::vector<Cluster::Host>& hosts) {
  int found = k_nobody;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (hosts[i].name == node.pin_host) return static_cast<int>(i);
    if (found < 0 && same_host(hosts[i].name, node.pin_host)) found = static_cast<int>(i);
  }
  if (found >= 0) return found;
  return base::Failure{
      fmt::format("stage '{}' is pinned to host '{}', which is not part of this job; its hosts are {}. Correct the "
                  "name in .on(...) "
                  "or add the host to the hostfile",
                  one_line(node.name), one_line(node.pin_host), list_of(hosts))};
}

base::Result<int> find_numbered(const Graph::Node& node, const std::vector<Cluster::Host>& hosts) {
  if (static_cast<std::size_t>(node.pin_host_index) < hosts.size()) return node.pin_host_index;
  return base::Failure{fmt::format(
      "stage '{}' is pinned to Host{{{}}}, but hosts are numbered from 0 to {} in this job: {}. Correct the number in "
      ".on(...) or add hosts to the hostfile",
      one_line(node.name), node.pin_host_index, hosts.size() - 1, list_of(hosts))};
}

base::Result<int> pin_of(const Graph::Node& node, const std::vector<Cluster::Host>& hosts) {
  if (node.pin_host.empty() && node.pin_host_index < 0) {
    return node.on_coordinator || node.on_coordinator_host ? 0 : k_nobody;
  }
  auto host = node.pin_host.empty() ? find_numbered(node, hosts) : find_named(node, hosts);
  if (!host) return host;
  const Cluster::Host& there = hosts[static_cast<std::size_t>(*host)];
  if (node.on_coordinator && *host != 0) {
    return base::Failure{
        fmt::format("stage '{}' is pinned to host '{}', but what it holds cannot travel, so it runs on the "
                    "coordinator's host '{}'. "
                    "Remove .on(...), or give it something that can be serialized, such as a container",
                    one_line(node.name), one_line(there.name), one_line(hosts[0].name))};
  }
  if (there.ranks.empty()) {
    return base::Failure{fmt::format("stage '{}' is pinned to host '{}', which has no rank in this job. Give it slots",
                                     one_line(node.name), one_line(there.name))};
  }
  return host;
}

std::vector<std::vector<int>> ranks_for_nodes(const Cluster& cluster) {
  std::size_t total = 0;
  for (const Cluster::Host& host : cluster.hosts) total += host.ranks.size();
  std::vector<std::vector<int>> out;
  out.reserve(cluster.hosts.size());
  for (const Cluster::Host& host : cluster.hosts) {
    out.push_back(host.ranks);
    if (total > 1) std::erase(out.back(), 0);
  }
  return out;
}

// The smallest load of a rank with which everybody finds room; rooms grow with it, so that it can be bisected.
std::int64_t level_for(const std::vector<std::vector<int>>& ranks, const std::vector<int>& bound, int free) {
  const auto room = [&](std::int64_t level) {
    std::int64_t sum = 0;
    for (std::size_t h = 0; h < ranks.size(); ++h) {
      sum += std::max<std::int64_t>(0, level * static_cast<std::int64_t>(ranks[h].size()) - bound[h]);
    }
    return sum;
  };
  std::int64_t low = 0;
  std::int64_t high = 1;
  while (room(high) < free) high *= 2;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (room(middle) < free ? low : high) = middle;
  }
  return high;
}

void set_room(Demand& demand, const std::vector<int>& bound) {
  const std::int64_t level = level_for(demand.ranks, bound, demand.free);
  for (std::size_t h = 0; h < bound.size(); ++h) {
    const auto ranks = static_cast<std::int64_t>(demand.ranks[h].size());
    demand.upper.push_back(static_cast<int>(std::max<std::int64_t>(0, level * ranks - bound[h])));
    demand.lower.push_back(static_cast<int>(std::max<std::int64_t>(0, (level - 1) * ranks - bound[h])));
  }
}

}  // namespace

std::vector<int> Demand::shares(bool spread) const {
  const int least = std::accumulate(lower.begin(), lower.end(), 0);
  if (least == 0) return upper;
  std::vector<int> left(upper.size());
  std::ranges::transform(upper, lower, left.begin(), std::minus<>{});
  if (spread) {
    left = split(free - least, left, {});
  } else {
    int rest = free - least;
    for (int& room : left) {
      room = std::min(room, rest);
      rest -= room;
    }
  }
  std::ranges::transform(left, lower, left.begin(), std::plus<>{});
  return left;
}

base::Result<Demand> read_demand(const Graph& graph, const Cluster& cluster) {
  Demand demand;
  demand.ranks = ranks_for_nodes(cluster);
  if (std::ranges::all_of(demand.ranks, [](const auto& ranks) { return ranks.empty(); })) {
    return base::Failure{"the job has no rank that could run a stage. Start at least one"};
  }
  std::vector<int> bound(cluster.hosts.size(), 0);
  for (const Graph::Node& node : graph.nodes()) {
    const auto found = pin_of(node, cluster.hosts);
    if (!found) return base::Failure{found.error()};
    const int host = found.value();
    const bool on_zero = node.on_coordinator || (host >= 0 && demand.ranks[static_cast<std::size_t>(host)].empty());
    demand.fixed_host.push_back(host);
    demand.on_rank_zero.push_back(on_zero ? 1 : 0);
    if (node.internal || on_zero) continue;
    if (host >= 0) {
      ++bound[static_cast<std::size_t>(host)];
    } else {
      ++demand.free;
    }
  }
  set_room(demand, bound);
  return demand;
}

std::vector<int> split(int count, const std::vector<int>& room, const std::vector<int>& first) {
  const std::int64_t total = std::accumulate(room.begin(), room.end(), std::int64_t{0});
  std::vector<int> out(room.size(), 0);
  if (count == 0 || total == 0) return out;
  std::vector<std::int64_t> remainder(room.size());
  std::vector<int> upwards;  // hosts whose exact share is no whole number
  int rest = count;
  for (std::size_t h = 0; h < room.size(); ++h) {
    const std::int64_t exact = std::int64_t{count} * room[h];
    out[h] = static_cast<int>(exact / total);
    remainder[h] = exact % total;
    rest -= out[h];
    if (remainder[h] > 0) upwards.push_back(static_cast<int>(h));
  }
  const auto key = [&](int h) {
    const auto at = static_cast<std::size_t>(h);
    return std::tuple(std::ranges::find(first, h) == first.end(), -remainder[at], -room[at], h);
  };
  const auto middle = upwards.begin() + rest;
  std::ranges::nth_element(upwards, middle, {}, key);
  std::for_each(upwards.begin(), middle, [&](int h) { ++out[static_cast<std::size_t>(h)]; });
  return out;
}

}  // namespace mpyx::graph
