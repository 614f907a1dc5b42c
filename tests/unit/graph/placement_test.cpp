#include "graph/placement.hpp"

#include "graph/demand.hpp"
#include "graph/structure.hpp"
#include "sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace mpyx::graph {
namespace {

using sample::cluster;
using sample::k_policies;
using sample::plan_of;
using sample::Sample;

std::map<int, int> farm_by_host(const Graph& graph, const Plan& plan, const std::string& name) {
  std::map<int, int> out;
  for (const auto& node : graph.nodes()) out[plan.host_of_node[at(node.id)]] += node.name == name ? 1 : 0;
  return out;
}

TEST(Placement, SpreadsAFarmInProportionToTheSlotsThatAreLeft) {
  Sample s;
  auto source = s.source("source");
  auto farm = s.farm(28, "f");
  const Graph graph = s.graph(s.serial({source, farm, s.stage("end")}));
  const Plan plan = plan_of(graph, cluster({11, 16, 32}), Policy::spread);
  EXPECT_EQ(farm_by_host(graph, plan, "f"), (std::map<int, int>{{0, 4}, {1, 8}, {2, 16}}));
}

TEST(Placement, SpreadsAFarmInsideASeqWhoseEndsStayTogether) {
  Sample s;
  auto source = s.source("source");
  auto in = s.stage("in order");
  auto farm = s.seq(s.farm(12, "f"));
  auto out = s.stage("in order");
  for (auto* end : {&in, &out}) {
    s.node(*end).internal = true;
    s.node(*end).on_coordinator_host = true;
  }
  const Graph graph = s.graph(s.serial({source, in, farm, out}));
  const Plan plan = plan_of(graph, cluster({6, 4, 4}), Policy::spread);
  EXPECT_EQ(farm_by_host(graph, plan, "f"), (std::map<int, int>{{0, 4}, {1, 4}, {2, 4}}));
  EXPECT_EQ(plan.host_of_node[at(in.node)], 0);
  EXPECT_EQ(plan.host_of_node[at(out.node)], 0);
}

TEST(Placement, KeepsConnectedStagesOnTheCoordinatorsHostWhereTheyFit) {
  Sample s;
  auto first = s.source("a");
  auto rest = s.serial({s.stage("b"), s.stage("c"), s.stage("d")});
  const Graph graph = s.graph(s.serial({first, rest}));
  for (const Policy policy : k_policies) {
    EXPECT_EQ(plan_of(graph, cluster({5, 8}), policy).host_of_node, std::vector<int>(4, 0));
    EXPECT_EQ(plan_of(graph, cluster({3, 8}), policy).host_of_node, std::vector<int>(4, 1));
  }
}

TEST(Placement, KeepsTheStagesOfOneReplicaTogether) {
  Sample s;
  auto source = s.source("source");
  std::vector<Graph::Part> chains;
  for (int i = 0; i < 4; ++i) chains.push_back(s.serial({s.stage("a"), s.stage("b"), s.stage("c")}));
  const Graph graph = s.graph(s.serial({source, s.parallel(chains)}));
  const Plan plan = plan_of(graph, cluster({6, 6, 6, 6}), Policy::spread);
  std::set<int> hosts;
  for (int i = 0; i < 4; ++i) {
    const auto first = at(1 + 3 * i);
    hosts.insert(plan.host_of_node[first]);
    EXPECT_EQ(plan.host_of_node[first], plan.host_of_node[first + 1]);
    EXPECT_EQ(plan.host_of_node[first], plan.host_of_node[first + 2]);
  }
  EXPECT_EQ(hosts.size(), 4U);
}

TEST(Placement, PutsReplicasOfAFarmOnDifferentRanksBeforeTheyShareOne) {
  Sample s;
  auto source = s.source("source");
  std::vector<Graph::Part> chains;
  for (int i = 0; i < 4; ++i) chains.push_back(s.serial({s.stage("a"), s.stage("b")}));
  const Graph graph = s.graph(s.serial({source, s.parallel(chains)}));
  for (const Policy policy : k_policies) {
    const Plan plan = plan_of(graph, cluster({5}), policy);
    for (const std::string name : {"a", "b"}) {
      std::set<int> ranks;
      for (const auto& node : graph.nodes()) {
        if (node.name == name) ranks.insert(plan.rank_of_node[at(node.id)]);
      }
      EXPECT_EQ(ranks.size(), 4U) << name;
    }
  }
}

TEST(Placement, RunsEverythingOnTheOnlyRank) {
  const Graph graph = sample::documented();
  for (const Policy policy : k_policies) {
    EXPECT_EQ(plan_of(graph, cluster({1}), policy).rank_of_node, std::vector<int>(6, 0));
  }
}

TEST(Placement, UsesRankZeroWhereAFileDemandsAHostWithoutAnother) {
  Sample s;
  auto read = s.source("Read");
  s.node(read).on_coordinator_host = true;
  const Graph graph = s.graph(s.serial({read, s.stage("next")}));
  const Plan plan = plan_of(graph, cluster({1, 4}), Policy::spread);
  EXPECT_EQ(plan.rank_of_node, (std::vector<int>{0, 1}));
}

TEST(Placement, LetsAPinWinOverTheFileRule) {
  Sample s;
  auto read = s.source("Read");
  s.node(read).on_coordinator_host = true;
  s.node(read).pin_host = "h1";
  const Graph graph = s.graph(s.serial({read, s.stage("next")}));
  EXPECT_EQ(plan_of(graph, cluster({4, 4}), Policy::pack).host_of_node[0], 1);
}

TEST(Placement, TakesAShortHostNameForTheFullOne) {
  Sample s;
  auto source = s.source("a");
  s.node(source).pin_host = "node7";
  const Graph graph = s.graph(s.serial({source}));
  Cluster hosts = cluster({4, 4});
  hosts.hosts[1].name = "node7.example.org";
  EXPECT_EQ(plan_of(graph, hosts, Policy::pack).host_of_node[0], 1);
}

std::string error_of(void (*change)(Graph::Node&), const Cluster& hosts) {
  Sample s;
  auto source = s.source("Read");
  change(s.node(source));
  return place(s.graph(s.serial({source})), hosts).error();
}

TEST(Placement, NamesAMissingHostAndThoseThatAreThere) {
  EXPECT_EQ(
      error_of([](Graph::Node& node) { node.pin_host = "gpu"; }, cluster({2, 2})),
      "stage 'Read' is pinned to host 'gpu', which is not part of this job; its hosts are h0, h1. Correct the name "
      "in .on(...) or add the host to the hostfile");
  EXPECT_EQ(error_of([](Graph::Node& node) { node.pin_host_index = 2; }, cluster({2, 2})),
            "stage 'Read' is pinned to Host{2}, but hosts are numbered from 0 to 1 in this job: h0, h1. Correct the "
            "number in .on(...) or add hosts to the hostfile");
  EXPECT_NE(error_of([](Graph::Node& node) { node.pin_host = "gpu"; }, cluster(std::vector<int>(1000, 1)))
                .find("h6, h7 and 992 more"),
            std::string::npos);
}

TEST(Placement, RefusesToPinWhatCannotTravel) {
  const auto pinned_away = [](Graph::Node& node) {
    node.on_coordinator = true;
    node.pin_host = "h1";
  };
  EXPECT_NE(error_of(pinned_away, cluster({2, 2})).find("cannot travel"), std::string::npos);
}

TEST(Placement, RefusesAJobWithoutRanks) { EXPECT_FALSE(place(sample::documented(), Cluster{}).ok()); }

TEST(Placement, FillsInRankAndHost) {
  const Graph graph = sample::documented();
  const Cluster hosts = cluster({4, 4});
  const Plan plan = plan_of(graph, hosts, Policy::pack);
  const Graph after = placed(graph, hosts, plan);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    EXPECT_EQ(after.nodes()[i].rank, plan.rank_of_node[i]);
    EXPECT_EQ(after.nodes()[i].host, hosts.hosts[at(plan.host_of_node[i])].name);
  }
  EXPECT_EQ(after.text(), graph.text());
}

TEST(Split, GivesWholeSharesInProportion) {
  EXPECT_EQ(split(6, {1, 2, 3}, {}), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(split(2, {4, 4, 4}, {2}), (std::vector<int>{1, 0, 1}));
  EXPECT_EQ(split(0, {4, 4}, {}), (std::vector<int>{0, 0}));
}

Graph two_farms(int nodes) {
  Sample s;
  auto source = s.source("source");
  auto first = s.farm(nodes / 2, "f");
  auto second = s.farm(nodes / 2, "g");
  return s.graph(s.serial({source, first, second, s.stage("end")}));
}

Graph many_farms(int nodes) {
  Sample s;
  std::vector<Graph::Part> parts{s.source("source")};
  for (int i = 0; i < nodes / 4; ++i) parts.push_back(s.farm(4, "f"));
  return s.graph(s.serial(std::move(parts)));
}

Graph many_branches(int nodes) {
  Sample s;
  auto source = s.source("source");
  std::vector<Graph::Part> branches;
  for (int i = 0; i < nodes / 2; ++i) branches.push_back(s.serial({s.stage("a"), s.stage("b")}));
  return s.graph(s.serial({source, s.broadcast(std::move(branches)), s.stage("end")}));
}

/// Of this thread: what else the machine does does not count.
double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double seconds(int nodes, const Cluster& hosts) {
  double total = 0.0;
  for (const auto& make : {two_farms, many_farms, many_branches}) {
    const Graph graph = make(nodes);
    for (const Policy policy : k_policies) {
      double best = 1e9;
      for (int i = 0; i < 3; ++i) {
        const double start = processor_seconds();
        plan_of(graph, hosts, policy);
        best = std::min(best, processor_seconds() - start);
      }
      total += best;
    }
  }
  return total;
}

TEST(Placement, GrowsNearLinearlyOnAThousandHosts) {
  const Cluster hosts = cluster(std::vector<int>(1000, 128));
  const double small = seconds(2000, hosts);
  const double large = seconds(20000, hosts);
  RecordProperty("seconds_for_six_placements_of_20000", std::to_string(large));
  EXPECT_LE(large, 20.0 * small) << small << " s and " << large << " s";
}

}  // namespace
}  // namespace mpyx::graph
