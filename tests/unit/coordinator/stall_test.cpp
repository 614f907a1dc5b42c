#include "coordinator/stall.hpp"

#include <gtest/gtest.h>

#include "unit/coordinator/small_graph.hpp"

namespace mpyx::coordinator {
namespace {

using runtime::NodeSnapshot;
using runtime::Phase;
using runtime::Snapshot;
using Place = runtime::WaitPlace::Kind;

constexpr std::int64_t second = 1'000'000'000;

Wait waiting(std::vector<int> on, std::int64_t for_ns = 60 * second) {
  Wait wait;
  wait.state = Wait::State::waits;
  wait.for_ns = for_ns;
  wait.on = std::move(on);
  wait.who = "somebody";
  wait.what = "something";
  return wait;
}
Wait finished() {
  Wait wait;
  wait.state = Wait::State::finished;
  return wait;
}

TEST(Stuck, AreThoseWhoWaitForEachOther) {
  EXPECT_EQ(stuck({waiting({1}), waiting({2}), waiting({0})}, second), (std::vector<int>{0, 1, 2}));
}

TEST(Stuck, IsNobodyWhileSomebodyWorks) { EXPECT_TRUE(stuck({waiting({1}), waiting({2}), Wait{}}, second).empty()); }

TEST(Stuck, IsNobodyWhoCouldBeHelpedByOneOfSeveral) {
  EXPECT_TRUE(stuck({waiting({1, 2}), waiting({0}), Wait{}}, second).empty());
}

TEST(Stuck, ArePartsOfAGraphWhoseRestGoesOn) {
  EXPECT_EQ(stuck({waiting({1}), waiting({0}), Wait{}, waiting({2})}, second), (std::vector<int>{0, 1}));
}

TEST(Stuck, AreThoseBehindACircle) {
  EXPECT_EQ(stuck({waiting({1}), waiting({0}), waiting({1})}, second), (std::vector<int>{0, 1, 2}));
}

TEST(Stuck, IsNobodyWhoBeganToWaitJustNow) {
  EXPECT_TRUE(stuck({waiting({1}), waiting({0}, second / 2)}, second).empty());
}

TEST(Stuck, IsNobodyWhomAnOutsiderCouldHelp) {
  auto first = waiting({1});
  first.on_outsiders = true;
  EXPECT_TRUE(stuck({first, waiting({0})}, second).empty());
}

TEST(Stuck, TheFinishedHelpNobody) { EXPECT_EQ(stuck({waiting({1}), finished()}, second), (std::vector<int>{0})); }

TEST(Circle, LeavesOutThoseWhoOnlyLeadToIt) {
  const std::vector<Wait> waits{waiting({1}), waiting({2}), waiting({3}), waiting({1})};
  EXPECT_EQ(circle(waits, stuck(waits, second)), (std::vector<int>{1, 2, 3}));
}

TEST(Circle, MayBeOne) {
  const std::vector<Wait> waits{waiting({0})};
  EXPECT_EQ(circle(waits, {0}), (std::vector<int>{0}));
}

TEST(Circle, IsNoneWhereNobodyIsLeftToWaitFor) {
  const std::vector<Wait> waits{waiting({1}), finished()};
  EXPECT_TRUE(circle(waits, {0}).empty());
}

/// source -> work -> feed, where work also waits for a Queue that feed holds.
class Loop : public testing::Test {
 protected:
  Loop() {
    map_.graph = row_graph({{"count", 1}, {"work", 1}, {"feed", 1}}, true);
    map_.handles = {{1, 5000, detail::PipeSide::left, "Queue again (int)"},
                    {2, 5000, detail::PipeSide::left, "Queue again (int)"}};
    snapshot_.nodes = {at(Phase::blocked, {Place::channel, 0}),
                       at(Phase::starving, queue),
                       at(Phase::starving, {Place::channel, 1}),
                       {}};
    snapshot_.channels = {{4, 4}, {0, 4}};
  }
  static NodeSnapshot at(Phase phase, runtime::WaitPlace where) {
    NodeSnapshot node;
    node.phase = static_cast<std::uint32_t>(phase);
    node.phase_ns = 60 * second;
    node.waits = where;
    return node;
  }

  static constexpr runtime::WaitPlace queue{Place::wiring, 5000};

  WaitMap map_;
  Snapshot snapshot_;
};

TEST_F(Loop, IsExplainedWithTheNamesOfStagesAndChannels) {
  MainState main;
  main.joins = true;
  const auto waits = waits_of(map_, snapshot_, main);
  EXPECT_EQ(explain_stall(waits, stuck(waits, 30 * second), 30 * second),
            "mpyx: nothing has moved for 30.0s among stages that wait for each other; the circle is:\n"
            "  work waits for Queue again (int), held by feed, main()\n"
            "  feed waits for an item in work -> feed (0 of 4 items)\n"
            "  so count waits for room in count -> work (4 of 4 items)\n"
            "  so main() waits for the pipeline to end\n"
            "  One of them has to go on without the others: more capacity(), or waits with a time limit; or stop().\n");
}

TEST_F(Loop, IsNoneWhileMainMayStillPut) { EXPECT_TRUE(stuck(waits_of(map_, snapshot_, {}), 30 * second).empty()); }

TEST_F(Loop, IsNoneWhileAnotherPipelineMayHoldTheQueue) {
  MainState main;
  main.joins = main.others_run = true;
  EXPECT_TRUE(stuck(waits_of(map_, snapshot_, main), 30 * second).empty());
}

TEST_F(Loop, IsNoneWhereAllHaveFinished) {
  for (auto& node : snapshot_.nodes) node.phase = static_cast<std::uint32_t>(Phase::finished);
  MainState main;
  main.joins = true;
  EXPECT_TRUE(stuck(waits_of(map_, snapshot_, main), 30 * second).empty());
}

TEST_F(Loop, IsNoneWhereAWaitHasATimeLimit) {
  snapshot_.nodes[1].waits = {};
  MainState main;
  main.joins = true;
  EXPECT_TRUE(stuck(waits_of(map_, snapshot_, main), 30 * second).empty());
}

TEST_F(Loop, SaysWhenAChannelIsFullOfBytes) {
  snapshot_.channels[0].waiting = 2;
  EXPECT_EQ(waits_of(map_, snapshot_, {})[0].what, "room in count -> work (2 of 4 items, full of bytes)");
}

TEST_F(Loop, MainMayWaitAtAQueue) {
  MainState main;
  main.waits.at = 5000;
  const auto waits = waits_of(map_, snapshot_, main);
  EXPECT_EQ(waits.back().what, "Queue again (int), held by work, feed");
  EXPECT_EQ(stuck(waits, second).size(), 4U);
}

TEST(Waits, OfAnExitAreOnAllInside) {
  WaitMap map;
  map.graph = row_graph({{"count", 1}, {"enter", 1}, {"work", 1}, {"leave", 1}, {"save", 1}}, true);
  map.gates = {{3, {2}}};
  Snapshot snapshot;
  snapshot.nodes.resize(6);
  snapshot.channels.resize(4);
  snapshot.nodes[1].phase = static_cast<std::uint32_t>(Phase::blocked);
  snapshot.nodes[1].waits = {Place::gate, 0};
  snapshot.nodes[3].phase = static_cast<std::uint32_t>(Phase::starving);
  snapshot.nodes[3].waits = {Place::channel, 2};
  const auto waits = waits_of(map, snapshot, {});
  EXPECT_EQ(waits[1].on, std::vector<int>{3});
  EXPECT_EQ(waits[3].on, (std::vector<int>{2, 2}));
  EXPECT_EQ(waits[0].state, Wait::State::works);
}

}  // namespace
}  // namespace mpyx::coordinator
