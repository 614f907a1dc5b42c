#include <random>
#include <vector>

#include "lane_rig.hpp"

namespace mpyx::ring {
namespace {

TEST(SharedLane, EachItemGoesToOneConsumer) {
  LaneRig lane{LaneShape::fitting(8, 8, 2)};
  Consumer first{lane.lane, 0}, second{lane.lane, 1};
  lane.put_all(0, 3);
  EXPECT_EQ(consume(first), 0u);
  EXPECT_EQ(consume(second), 1u);
  EXPECT_EQ(consume(first), 2u);
  EXPECT_EQ(consume(second), nothing);
}

TEST(SharedLane, OneLongItemHoldsUpNoOther) {
  LaneRig lane{LaneShape::fitting(1, 8, 2)};
  Consumer slow{lane.lane, 0}, fast{lane.lane, 1};
  ASSERT_TRUE(lane.put(1000));
  const auto held = slow.take();
  for (std::uint64_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(lane.put(i));
    ASSERT_EQ(consume(fast), i);
  }
  EXPECT_EQ(value_of(*held), 1000u);
  slow.release(*held);
  ASSERT_TRUE(lane.put(5));
  EXPECT_EQ(consume(slow), 5u);
}

TEST(SharedLane, WaitsForASlotWhenAllAreWorkedOn) {
  LaneRig lane{LaneShape::fitting(1, 8, 2)};  // four slots
  Consumer greedy{lane.lane, 0};
  std::optional<Taken> held[4];
  for (std::uint64_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(lane.put(i));
    held[i] = greedy.take();
  }
  EXPECT_FALSE(lane.put(4));
  ASSERT_TRUE(lane.producer.announce_wait());
  EXPECT_EQ(lane.lane.tell_at.load(), Lane::tell_release);
  greedy.release(*held[2]);
  EXPECT_TRUE(lane.put(4));
  EXPECT_EQ(consume(greedy), 4u);
}

TEST(SharedLane, LateConsumerStartsWhereItemsCanBe) {
  LaneRig lane{LaneShape::fitting(4, 8, 2)};
  Consumer early{lane.lane, 0};
  for (std::uint64_t i = 0; i < 1000; ++i) {
    ASSERT_TRUE(lane.put(i));
    ASSERT_EQ(consume(early), i);
  }
  ASSERT_TRUE(lane.put(1000));
  Consumer late{lane.lane, 1};
  EXPECT_EQ(consume(late), 1000u);
}

TEST(SharedLane, RepairMakesTheDeadOnesItemAvailableOnce) {
  LaneRig lane{LaneShape::fitting(4, 8, 3)};
  Consumer dead{lane.lane, 0}, other{lane.lane, 1};
  lane.put_all(0, 3);
  ASSERT_EQ(value_of(*dead.take()), 0u);
  ASSERT_EQ(consume(other), 1u);
  EXPECT_EQ(repair(lane.lane, 0), 1u);
  EXPECT_EQ(repair(lane.lane, 0), 0u);
  EXPECT_EQ(consume(other), 0u);
  EXPECT_EQ(consume(other), 2u);
  EXPECT_EQ(consume(other), nothing);
}

TEST(SharedLane, RepairOfAnItemThatRanForManyRounds) {
  for (std::uint64_t rounds : {3ull, 4ull, 5ull, 100ull}) {
    LaneRig lane{LaneShape::fitting(1, 8, 2)};
    Consumer dead{lane.lane, 0}, other{lane.lane, 1};
    ASSERT_TRUE(lane.put(1000));
    ASSERT_TRUE(dead.take());
    for (std::uint64_t i = 0; i < rounds; ++i) {
      ASSERT_TRUE(lane.put(i));
      ASSERT_EQ(consume(other), i);
    }
    EXPECT_EQ(repair(lane.lane, 0), 1u);
    ASSERT_TRUE(other.ready());
    EXPECT_EQ(consume(other), 1000u);
    EXPECT_EQ(consume(other), nothing);
    ASSERT_TRUE(lane.put(7));
    EXPECT_EQ(consume(other), 7u);
  }
}

TEST(SharedLane, RepairLeavesOlderFullItemsInReach) {
  LaneRig lane{LaneShape::fitting(8, 8, 3)};
  Consumer dead{lane.lane, 0}, other{lane.lane, 1};
  lane.put_all(0, 2);
  Consumer third{lane.lane, 2};
  const auto first = third.take();
  ASSERT_TRUE(dead.take());
  lane.put_all(2, 5);
  repair(lane.lane, 0);
  for (std::uint64_t i = 1; i < 5; ++i) EXPECT_EQ(consume(other), i);
  third.release(*first);
}

TEST(SharedLane, FinishedItemsAreFreedByRepairNotRepeated) {
  LaneRig lane{LaneShape::fitting(1, 8, 2)};
  Consumer dead{lane.lane, 0}, other{lane.lane, 1};
  ASSERT_TRUE(lane.put(1));
  dead.finish(*dead.take());
  EXPECT_EQ(repair(lane.lane, 0), 0u);
  EXPECT_EQ(consume(other), nothing);
  for (std::uint64_t slot = 0; slot < lane.lane.shape.slots; ++slot) {
    EXPECT_EQ(SlotWord{lane.lane.word(slot).load()}.state(), SlotWord::State::free);
  }
}

TEST(SharedLane, AfterARepairTheProducerIsToldOfAnyItem) {
  LaneRig lane{LaneShape::fitting(4, 8, 2)};
  Consumer dead{lane.lane, 0}, other{lane.lane, 1};
  lane.put_all(0, 4);
  ASSERT_TRUE(dead.take());
  for (std::uint64_t i = 1; i < 4; ++i) ASSERT_EQ(consume(other), i);
  repair(lane.lane, 0);
  ASSERT_FALSE(lane.producer.has_room()) << "the old item comes first";
  ASSERT_TRUE(lane.producer.announce_wait());
  const auto again = other.take();
  EXPECT_GE(again->position + 1, lane.lane.tell_at.load());
  EXPECT_TRUE(lane.producer.has_room());
}

TEST(SharedLane, DrainedAgainNotAfterRepair) {
  LaneRig lane{LaneShape::fitting(4, 8, 2)};
  Consumer dead{lane.lane, 0}, other{lane.lane, 1};
  ASSERT_TRUE(lane.put(1));
  lane.producer.close();
  ASSERT_TRUE(dead.take());
  EXPECT_TRUE(other.drained());
  repair(lane.lane, 0);
  EXPECT_FALSE(other.drained());
}

TEST(SingleLane, RepairGivesTheItemToTheSuccessorOnce) {
  LaneRig lane{LaneShape::fitting(4, 8, 1)};
  lane.put_all(0, 3);
  {
    Consumer dead{lane.lane, 0};
    ASSERT_EQ(consume(dead), 0u);
    ASSERT_TRUE(dead.take());
  }
  EXPECT_EQ(repair(lane.lane, 0), 1u);
  EXPECT_EQ(repair(lane.lane, 0), 0u);
  Consumer next{lane.lane, 0};
  EXPECT_EQ(consume(next), 1u);
  EXPECT_EQ(consume(next), 2u);
  EXPECT_EQ(consume(next), nothing);
}

TEST(SingleLane, FinishedItemIsNotRepeated) {
  LaneRig lane{LaneShape::fitting(4, 8, 1)};
  lane.put_all(0, 2);
  Consumer dead{lane.lane, 0};
  dead.finish(*dead.take());
  EXPECT_EQ(repair(lane.lane, 0), 0u);
  Consumer next{lane.lane, 0};
  EXPECT_EQ(consume(next), 1u);
}

TEST(SingleLane, HeldItemsAreNotOverwritten) {
  LaneRig lane{LaneShape::fitting(2, 8, 1)};  // four slots
  Consumer holder{lane.lane, 0};
  std::optional<Taken> held[4];
  for (std::uint64_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(lane.put(i));
    held[i] = holder.take();
  }
  EXPECT_FALSE(lane.put(4));
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_EQ(value_of(*held[i]), i);
  holder.release(*held[0]);
  EXPECT_TRUE(lane.put(4));
}

/// Holes, late releases and slots that come free just before they are needed: none of it makes the producer lose count.
TEST(SharedLane, CountsEveryItemWhateverTheSchedule) {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    std::mt19937 random{seed};
    const auto below = [&](unsigned end) { return static_cast<unsigned>(random() % end); };
    const unsigned consumers = 2 + below(3);
    LaneRig lane{LaneShape::fitting(1 + below(8), 8, consumers)};
    std::vector<Consumer> ends;
    for (unsigned i = 0; i < consumers; ++i) ends.emplace_back(lane.lane, i);
    std::vector<std::optional<Taken>> held(consumers);
    std::uint64_t put = 0, taken = 0;
    const auto step = [&](unsigned i) {
      if (held[i]) {
        ends[i].release(*held[i]);
        held[i].reset();
      } else if (held[i] = ends[i].take(); held[i]) {
        ++taken;
      }
    };
    std::vector<unsigned> patience(consumers);  // some give back at once, others keep an item for long
    for (auto& each : patience) each = 1 + below(12);
    for (int i = 0; i < 2000; ++i) {
      if (below(3) == 0) {
        while (lane.put(put)) {
          ++put;
          if (below(8) == 0) break;
        }
      } else if (const unsigned one = below(consumers); !held[one] || below(patience[one]) == 0) {
        step(one);
      }
    }
    for (unsigned i = 0; i < consumers; ++i) {
      while (held[i] || taken != put) step(i);
    }
    ASSERT_EQ(lane.producer.waiting(), 0u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace mpyx::ring
