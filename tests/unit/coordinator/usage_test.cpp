#include "coordinator/usage.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "coordinator/bottleneck.hpp"
#include "unit/coordinator/small_graph.hpp"

namespace mpyx::coordinator {
namespace {

using runtime::NodeSnapshot;
using runtime::Phase;
using runtime::Snapshot;

NodeSnapshot node(std::int64_t busy, std::int64_t starved, std::int64_t blocked, std::uint64_t items = 0,
                  Phase phase = Phase::process) {
  NodeSnapshot made;
  made.phase = static_cast<std::uint32_t>(phase);
  made.busy_ns = busy;
  made.starved_ns = starved;
  made.blocked_ns = blocked;
  made.items_in = made.items_out = items;
  return made;
}

std::vector<std::string> labels(const Graph& graph) {
  std::vector<std::string> all;
  for (const auto& group : stage_groups(graph)) all.push_back(group.label);
  return all;
}

TEST(StageGroups, AreOneLineForAFarm) {
  const Graph graph = row_graph({{"read", 1}, {"resize", 4}, {"save", 1}}, true);
  EXPECT_EQ(labels(graph), (std::vector<std::string>{"read", "resize x 4", "save"}));
  EXPECT_EQ(stage_groups(graph)[1].nodes.size(), 4U);
  EXPECT_EQ(stage_groups(graph)[1].inputs.size(), 1U) << "they share one channel";
}

TEST(StageGroups, EndWithTheReaderOfTheOutlet) {
  const auto groups = stage_groups(row_graph({{"read", 1}, {"resize", 1}}, false));
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[2].label, "main()");
  EXPECT_EQ(groups[2].nodes, std::vector<int>{2});
}

TEST(StageGroups, TellBranchesOfABroadcastApart) {
  const Graph row = row_graph({{"read", 1}, {"log", 2}}, true);
  Graph::Part root = row.root();
  root.parts.back().kind = Graph::Kind::broadcast;
  auto nodes = row.nodes();
  auto links = row.links();
  nodes[2].inputs = {1};
  nodes[0].outputs = {0, 1};
  links[0].consumers = {1};
  links.push_back({1, {0}, {2}, false, false, "int"});
  EXPECT_EQ(labels(Graph{root, nodes, links}), (std::vector<std::string>{"read", "log 1/2", "log 2/2"}));
}

TEST(StageGroups, PutWhatIsAttachedBehindTheRest) {
  const Graph row = row_graph({{"read", 1}, {"work", 1}}, true);
  auto nodes = row.nodes();
  auto links = row.links();
  for (int i = 0; i < 2; ++i) {  // two writers of an xcut, built before anything else would be
    Graph::Node writer;
    writer.name = "writer";
    writer.inputs = {1};
    writer.replica = i;
    writer.replicas = 2;
    nodes.push_back(writer);
  }
  Graph::Node relay;
  relay.name = "relay";
  relay.internal = true;
  relay.inputs = {0};
  nodes.push_back(relay);
  links.push_back({1, {1}, {2, 3}, false, true, "int"});
  EXPECT_EQ(labels(Graph{row.root(), nodes, links}),
            (std::vector<std::string>{"read", "work", "(relay)", "writer x 2"}));
}

TEST(Shares, AreOfTheTimeBetween) {
  const auto shares = shares_between(node(100, 100, 100), node(150, 125, 125), 100);
  ASSERT_TRUE(shares);
  EXPECT_DOUBLE_EQ(shares->busy, 0.5);
  EXPECT_DOUBLE_EQ(shares->starved, 0.25);
  EXPECT_DOUBLE_EQ(shares->blocked, 0.25);
}

TEST(Shares, OfANodeThatDidNotRunAreNone) { EXPECT_FALSE(shares_between(node(5, 6, 7), node(5, 6, 7), 9)); }

TEST(Shares, OfANodeThatBeganOrEndedMeanwhileAreOfTheWholeTime) {
  const auto ended = shares_between(node(0, 0, 0), node(10, 30, 0, 0, Phase::finished), 100);
  EXPECT_DOUBLE_EQ(ended->busy, 0.1);
  EXPECT_DOUBLE_EQ(ended->starved, 0.3);
  const auto began = shares_between(NodeSnapshot{}, node(20, 0, 0), 100);
  EXPECT_DOUBLE_EQ(began->busy, 0.2);
}

TEST(Shares, OfANodeThatRanThroughoutAreOfItsOwnTime) {
  const auto shares = shares_between(node(0, 0, 0), node(45, 45, 0), 100);
  EXPECT_DOUBLE_EQ(shares->busy, 0.5) << "its host was asked a little earlier than others";
}

TEST(Percents, AddUpWhereRoundingWouldNot) {
  const Percents third = percents_of({1.0 / 3, 1.0 / 3, 1.0 / 3});
  EXPECT_EQ(third.busy + third.starved + third.blocked, 100);
  const Percents close = percents_of({0.995, 0.0025, 0.0025});
  EXPECT_EQ(close.busy + close.starved + close.blocked, 100);
  EXPECT_GE(close.busy, 99);
}

TEST(Percents, AddUpToLessForWhatDidNotRunAllTheTime) {
  const Percents third = percents_of({0.133, 0.133, 0.134});
  EXPECT_EQ(third.busy + third.starved + third.blocked, 40);
  EXPECT_EQ(percents_of({0.00001, 0, 0}).busy, 0);
}

RC_GTEST_PROP(Percents, AlwaysAddUpToAHundred, ()) {
  const auto busy = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000);
  const auto starved = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000);
  const auto blocked = *rc::gen::inRange<std::int64_t>(1, 1'000'000'000);
  const auto shares = shares_between(NodeSnapshot{}, node(busy, starved, blocked), 0);
  RC_ASSERT(shares.has_value());
  const Percents percents = percents_of(*shares);
  RC_ASSERT(percents.busy + percents.starved + percents.blocked == 100);
  RC_ASSERT(percents.busy >= 0 && percents.starved >= 0 && percents.blocked >= 0);
  RC_ASSERT(std::abs(percents.busy - shares->busy * 100) <= 1);
  RC_ASSERT(std::abs(percents.blocked - shares->blocked * 100) <= 1);
}

TEST(Spread, OfReplicas) {
  EXPECT_EQ(spread_of({30, 10, 20}).median, 20);
  const Spread even = spread_of({40, 10, 20, 30});
  EXPECT_EQ(even.min, 10);
  EXPECT_EQ(even.median, 25);
  EXPECT_EQ(even.max, 40);
  EXPECT_EQ(spread_of({}).max, 0);
}

class Usage : public testing::Test {
 protected:
  Usage() {
    groups_ = stage_groups(row_graph({{"read", 1}, {"resize", 2}, {"log", 1}}, false));
    before_.nodes = {node(0, 0, 0), node(0, 0, 0), node(0, 0, 0), node(0, 0, 0), NodeSnapshot{}};
    after_ = before_;
    after_.channels = {{10, 1022}, {0, 1022}, {7, 100}};
  }
  std::vector<StageUsage> between() const { return usage_between(groups_, before_, after_, 2.0); }

  std::vector<StageGroup> groups_;
  Snapshot before_, after_;
};

TEST_F(Usage, AddsTheRatesOfReplicas) {
  after_.nodes[1] = node(100, 0, 0, 60);
  after_.nodes[2] = node(50, 50, 0, 40);
  const StageUsage farm = between()[1];
  EXPECT_EQ(farm.items, 100U);
  EXPECT_DOUBLE_EQ(farm.rate, 50.0);
  EXPECT_EQ(farm.busy.min, 50);
  EXPECT_EQ(farm.busy.max, 100);
  EXPECT_DOUBLE_EQ(farm.load, 0.75);
}

TEST_F(Usage, CountsWhatASourcePuts) {
  after_.nodes[0] = node(1, 0, 0);
  after_.nodes[0].items_out = 8;
  after_.nodes[0].items_in = 0;
  EXPECT_EQ(between()[0].items, 8U);
  EXPECT_FALSE(between()[0].has_input);
}

TEST_F(Usage, TellsWhatWaitsBeforeAStage) {
  const auto all = between();
  EXPECT_EQ(all[1].waiting, 10U);
  EXPECT_EQ(all[1].capacity, 1022U);
  EXPECT_EQ(all[3].kind, StageGroup::Kind::main);
  EXPECT_EQ(all[3].waiting, 7U);
}

TEST_F(Usage, SaysThatAStageHasFinishedOrNotStarted) {
  after_.nodes[0].phase = static_cast<std::uint32_t>(Phase::finished);
  after_.nodes[1].phase = after_.nodes[2].phase = 0;
  after_.nodes[4].phase = 0;
  const auto all = between();
  EXPECT_EQ(all[0].state, StageUsage::State::finished);
  EXPECT_EQ(all[1].state, StageUsage::State::not_started);
  EXPECT_EQ(all[3].state, StageUsage::State::not_started) << "nobody reads the outlet";
}

TEST_F(Usage, LeavesReplicasOutThatDidNotRun) {
  after_.nodes[1] = node(80, 20, 0);
  after_.nodes[2].phase = static_cast<std::uint32_t>(Phase::finished);
  const StageUsage farm = between()[1];
  EXPECT_EQ(farm.state, StageUsage::State::running);
  EXPECT_EQ(farm.busy.min, 80);
  EXPECT_EQ(farm.busy.max, 80);
}

TEST_F(Usage, AStageThatEndedEarlyIsNoBottleneck) {
  after_.nodes[0] = node(5, 0, 0, 100, Phase::finished);  // a list of names, for example
  after_.nodes[1] = node(980, 20, 0, 50);
  after_.nodes[2] = node(960, 40, 0, 50);
  after_.nodes[3] = node(490, 510, 0, 100);
  for (const Phase now : {Phase::process, Phase::finished}) {
    for (auto id : {1U, 2U, 3U}) after_.nodes[id].phase = static_cast<std::uint32_t>(now);
    for (const auto& all : {between(), usage_between(groups_, {}, after_, 1.0)}) {
      EXPECT_EQ(all[0].busy.median, 1);
      EXPECT_EQ(all[1].busy.max, 98);
      EXPECT_EQ(bottleneck(all), "resize is 97% busy: 2 more would match log");
    }
  }
}

TEST_F(Usage, OfTheReplicasOfAFarmCountsTheTimeAfterTheirEnd) {
  after_.nodes[1] = node(100, 0, 0, 10, Phase::finished);
  after_.nodes[2] = node(900, 100, 0, 90);
  const StageUsage farm = between()[1];
  EXPECT_EQ(farm.busy.min, 10);
  EXPECT_EQ(farm.busy.max, 90);
  EXPECT_DOUBLE_EQ(farm.load, 0.5);
}

TEST_F(Usage, FromTheStartNeedsNoFirstSnapshot) {
  after_.nodes[3] = node(30, 60, 10, 5);
  const StageUsage log = usage_between(groups_, {}, after_, 1.0)[2];
  EXPECT_EQ(log.busy.median, 30);
  EXPECT_EQ(log.items, 5U);
}

}  // namespace
}  // namespace mpyx::coordinator
