#include "graph/placement.hpp"

#include "graph/structure.hpp"
#include "sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace mpyx::graph {
namespace {

using sample::cluster;
using sample::k_policies;
using sample::plan_of;
using sample::random_graph;

// By rank: how many nodes that count it runs.
std::vector<int> loads(const Graph& graph, const Cluster& hosts, const Plan& plan) {
  int ranks = 0;
  for (const auto& host : hosts.hosts) ranks += static_cast<int>(host.ranks.size());
  std::vector<int> out(at(ranks), 0);
  for (const auto& node : graph.nodes()) out[at(plan.rank_of_node[at(node.id)])] += node.internal ? 0 : 1;
  return out;
}

bool bound(const Graph::Node& node) {
  return !node.pin_host.empty() || node.pin_host_index >= 0 || node.on_coordinator || node.on_coordinator_host;
}

Cluster random_cluster(std::mt19937& random) {
  const int hosts = std::uniform_int_distribution<int>(1, 6)(random);
  std::vector<int> ranks;
  for (int i = 0; i < hosts; ++i) ranks.push_back(std::uniform_int_distribution<int>(1, 9)(random));
  return cluster(ranks);
}

struct Case {
  Graph graph;
  Cluster hosts;
  Plan plan;
};

// Calls check(case) for a few hundred random graphs on random clusters.
template <class Check>
void for_random_cases(bool pins, Policy policy, Check check) {
  for (unsigned seed = 0; seed < 500 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Cluster hosts = random_cluster(random);
    const int size = std::uniform_int_distribution<int>(1, 60)(random);
    Graph graph = random_graph(random, size, static_cast<int>(hosts.hosts.size()), pins);
    Plan plan = plan_of(graph, hosts, policy);
    check(Case{std::move(graph), std::move(hosts), std::move(plan)});
  }
}

class PlacementByPolicy : public testing::TestWithParam<Policy> {};

INSTANTIATE_TEST_SUITE_P(, PlacementByPolicy, testing::ValuesIn(k_policies),
                         [](const auto& policy) { return policy.param == Policy::pack ? "Pack" : "Spread"; });

TEST_P(PlacementByPolicy, PutsEveryNodeOnARankOfItsHost) {
  for_random_cases(true, GetParam(), [](const Case& c) {
    ASSERT_EQ(c.plan.rank_of_node.size(), c.graph.nodes().size());
    for (std::size_t i = 0; i < c.graph.nodes().size(); ++i) {
      const auto& ranks = c.hosts.hosts.at(at(c.plan.host_of_node[i])).ranks;
      ASSERT_NE(std::ranges::find(ranks, c.plan.rank_of_node[i]), ranks.end());
    }
  });
}

TEST_P(PlacementByPolicy, RespectsPins) {
  for_random_cases(true, GetParam(), [](const Case& c) {
    for (const auto& node : c.graph.nodes()) {
      const int host = c.plan.host_of_node[at(node.id)];
      if (!node.pin_host.empty()) {
        ASSERT_EQ("h" + std::to_string(host), node.pin_host);
      }
      if (node.pin_host_index >= 0) {
        ASSERT_EQ(host, node.pin_host_index);
      }
      if (node.on_coordinator_host) {
        ASSERT_EQ(host, 0);
      }
      if (node.on_coordinator) {
        ASSERT_EQ(c.plan.rank_of_node[at(node.id)], 0);
      }
    }
  });
}

TEST_P(PlacementByPolicy, KeepsRankZeroForTheCoordinator) {
  for_random_cases(false, GetParam(), [](const Case& c) {
    const auto load = loads(c.graph, c.hosts, c.plan);
    if (load.size() > 1) {
      ASSERT_EQ(load[0], 0);
    }
  });
}

TEST_P(PlacementByPolicy, KeepsLoadsWithinOneOfEachOther) {
  for_random_cases(false, GetParam(), [](const Case& c) {
    const auto load = loads(c.graph, c.hosts, c.plan);
    const auto first = load.begin() + (load.size() > 1 ? 1 : 0);
    const auto [least, most] = std::minmax_element(first, load.end());
    ASSERT_LE(*most - *least, 1);
  });
}

TEST_P(PlacementByPolicy, GivesNoFreeNodeASharedRankWhileAnotherIsMuchEmptier) {
  for_random_cases(true, GetParam(), [](const Case& c) {
    const auto load = loads(c.graph, c.hosts, c.plan);
    const int least = *std::min_element(load.begin() + (load.size() > 1 ? 1 : 0), load.end());
    for (const auto& node : c.graph.nodes()) {
      if (!bound(node) && !node.internal) {
        ASSERT_LE(load[at(c.plan.rank_of_node[at(node.id)])], least + 1);
      }
    }
  });
}

TEST_P(PlacementByPolicy, AnswersTheSameEveryTime) {
  for_random_cases(true, GetParam(), [](const Case& c) {
    const Plan again = plan_of(c.graph, c.hosts, GetParam());
    ASSERT_EQ(again.rank_of_node, c.plan.rank_of_node);
    ASSERT_EQ(again.host_of_node, c.plan.host_of_node);
  });
}

// Deals nodes to hosts in turn as long as each has a rank for them, then again from the first.
Plan round_robin(const Graph& graph, const Cluster& hosts) {
  std::vector<int> slots;
  int ranks = 0;
  for (const auto& host : hosts.hosts) ranks += static_cast<int>(host.ranks.size());
  for (const auto& host : hosts.hosts) slots.push_back(static_cast<int>(host.ranks.size()));
  if (ranks > 1) --slots[0];
  Plan plan{std::vector<int>(graph.nodes().size(), 0), std::vector<int>(graph.nodes().size(), 0)};
  std::vector<int> left = slots;
  std::size_t host = 0;
  for (const auto& node : graph.nodes()) {
    if (std::ranges::all_of(left, [](int n) { return n == 0; })) left = slots;
    while (left[host] == 0) host = (host + 1) % slots.size();
    plan.host_of_node[at(node.id)] = static_cast<int>(host);
    --left[host];
    host = (host + 1) % slots.size();
  }
  return plan;
}

TEST(Placement, PackCrossesHostsNoMoreOftenThanRoundRobinOnAnyGraph) {
  for_random_cases(false, Policy::pack, [](const Case& c) {
    const Plan naive = round_robin(c.graph, c.hosts);
    ASSERT_LE(crossings(c.graph, c.plan), crossings(c.graph, naive));
    ASSERT_LE(traffic_between_hosts(c.graph, c.plan), traffic_between_hosts(c.graph, naive) + 1e-9);
  });
}

// A farm in proportion to the slots may cross a little more than chance in a single graph.
TEST(Placement, SpreadCrossesHostsFarLessThanRoundRobinOverManyGraphs) {
  double traffic = 0.0, naive_traffic = 0.0;
  std::size_t crossed = 0, naive_crossed = 0;
  for_random_cases(false, Policy::spread, [&](const Case& c) {
    const Plan naive = round_robin(c.graph, c.hosts);
    traffic += traffic_between_hosts(c.graph, c.plan);
    naive_traffic += traffic_between_hosts(c.graph, naive);
    crossed += crossings(c.graph, c.plan);
    naive_crossed += crossings(c.graph, naive);
  });
  EXPECT_LE(traffic, 0.6 * naive_traffic);
  EXPECT_LE(crossed, naive_crossed * 7 / 10);
}

TEST(Placement, PackUsesNoMoreHostsThanNeeded) {
  for_random_cases(false, Policy::pack, [](const Case& c) {
    std::vector<int> slots;
    for (const auto& host : c.hosts.hosts) slots.push_back(static_cast<int>(host.ranks.size()));
    const bool alone = std::accumulate(slots.begin(), slots.end(), 0) == 1;
    slots[0] -= alone ? 0 : 1;
    std::ranges::sort(slots, std::greater<>{});
    int left = static_cast<int>(c.graph.stages());
    std::size_t needed = 0;
    while (left > 0 && needed < slots.size() && slots[needed] > 0) left -= slots[needed++];
    const std::set<int> used(c.plan.host_of_node.begin(), c.plan.host_of_node.end());
    ASSERT_LE(used.size(), needed);
  });
}

}  // namespace
}  // namespace mpyx::graph
