#include "runtime/activity.hpp"

#include <gtest/gtest.h>
#include <mpyx/serialize.hpp>

#include <vector>

#include "runtime/snapshot.hpp"

namespace mpyx::runtime {
namespace {

constexpr memory::Offset nowhere = memory::null_offset;

TEST(Activity, CountsAPhaseThatIsStillOpen) {
  Activity activity{};
  activity.enter(Phase::setup, nowhere, 1000);
  activity.enter(Phase::starving, 64, 1300);
  const NodeSnapshot seen = read_activity(activity, 2300);
  EXPECT_EQ(seen.doing(), Phase::starving);
  EXPECT_EQ(seen.waits.number, 64U);
  EXPECT_EQ(seen.phase_ns, 1000);
  EXPECT_EQ(seen.busy_ns, 300);
  EXPECT_EQ(seen.starved_ns, 1000);
  EXPECT_EQ(seen.blocked_ns, 0);
}

TEST(Activity, GivesEachPhaseItsTime) {
  Activity activity{};
  activity.enter(Phase::setup, nowhere, 0);
  activity.enter(Phase::starving, 64, 1);
  activity.enter(Phase::process, nowhere, 11);
  activity.enter(Phase::blocked, 128, 111);
  activity.enter(Phase::process, nowhere, 1111);
  activity.enter(Phase::teardown, nowhere, 11111);
  activity.enter(Phase::finished, nowhere, 111111);
  const NodeSnapshot seen = read_activity(activity, 999999);
  EXPECT_EQ(seen.busy_ns, 1 + 100 + 10000 + 100000);
  EXPECT_EQ(seen.starved_ns, 10);
  EXPECT_EQ(seen.blocked_ns, 1000);
  EXPECT_EQ(seen.ran_ns(), 111111) << "what comes after the end counts for nothing";
}

TEST(Activity, TellsHowLongThePhaseTookThatIsOver) {
  Activity activity{};
  activity.enter(Phase::process, nowhere, 5);
  EXPECT_EQ(activity.enter(Phase::blocked, 64, 15), 10);
  EXPECT_EQ(activity.enter(Phase::process, nowhere, 45), 30);
}

TEST(Activity, OfANodeThatHasNotStartedIsNothing) {
  const Activity activity{};
  const NodeSnapshot seen = read_activity(activity, 1'000'000);
  EXPECT_EQ(seen.doing(), Phase::waiting_to_start);
  EXPECT_EQ(seen.ran_ns(), 0);
}

TEST(Activity, CountsItemsBesideThePhases) {
  Activity activity{};
  activity.count_in(7);
  activity.count_out();
  activity.count_out();
  const NodeSnapshot seen = read_activity(activity, 0);
  EXPECT_EQ(seen.items_in, 7U);
  EXPECT_EQ(seen.items_out, 2U);
}

TEST(Activity, OfAThreadThatDiedWhileWritingIsStillReadInTime) {
  Activity activity{};
  activity.enter(Phase::process, nowhere, 0);
  activity.enter(Phase::starving, 64, 10);
  activity.changes.store(activity.changes.load() + 1);  // as if it had been killed inside enter()
  EXPECT_FALSE(read_whole(activity, 1000));
  const NodeSnapshot seen = read_activity(activity, 1000);
  EXPECT_EQ(seen.busy_ns, 10);
  EXPECT_EQ(seen.starved_ns, 0) << "nobody knows whether it is in the sum already";
}

TEST(NodeSnapshot, LongestWaitForRoomIncludesTheOneThatLasts) {
  NodeBlock node{};
  node.longest_blocked_ns.store(50);
  node.activity.enter(Phase::blocked, 64, 1000);
  EXPECT_EQ(read_node(node, 1020).longest_blocked_ns, 50);
  EXPECT_EQ(read_node(node, 1100).longest_blocked_ns, 100);
}

TEST(Snapshot, TakesInWhatAnotherHostKnows) {
  Snapshot all;
  all.nodes.resize(3);
  all.channels = {{1, 10}, {0, 0}};
  PartSnapshot part;
  part.nodes.push_back({2, {}});
  part.nodes[0].seen.items_in = 5;
  part.nodes[0].seen.waits = {WaitPlace::Kind::wiring, 4096};
  part.nodes.push_back({7, {}});  // there is none
  part.channels = {{0, {4, 20}}, {1, {2, 8}}, {9, {1, 1}}};
  add_part(all, part);
  EXPECT_EQ(all.nodes[2].items_in, 5U);
  EXPECT_EQ(all.nodes[2].waits.at, WaitPlace::Kind::none) << "a place in another host's memory";
  EXPECT_EQ(all.channels[0].waiting, 5U);
  EXPECT_EQ(all.channels[0].capacity, 30U);
  EXPECT_EQ(all.channels[1].capacity, 8U);
}

TEST(Snapshot, OfAHostTravels) {
  PartSnapshot part;
  part.nodes.push_back({3, {}});
  part.nodes[0].seen.busy_ns = 17;
  part.nodes[0].seen.waits = {WaitPlace::Kind::gate, 2};
  part.channels = {{1, {2, 8}}};
  detail::Writer count{{}};
  detail::encode(part, count);
  std::vector<std::byte> bytes(count.size());
  detail::Writer writer{bytes};
  detail::encode(part, writer);
  detail::Reader reader{bytes};
  const auto back = detail::decode<PartSnapshot>(reader);
  ASSERT_EQ(back.nodes.size(), 1U);
  EXPECT_EQ(back.nodes[0].id, 3U);
  EXPECT_EQ(back.nodes[0].seen.busy_ns, 17);
  EXPECT_EQ(back.nodes[0].seen.waits.number, 2U);
  EXPECT_EQ(back.channels[0].seen.capacity, 8U);
}

}  // namespace
}  // namespace mpyx::runtime
