#include "lane_rig.hpp"

namespace mpyx::ring {
namespace {

TEST(LaneShape, FitsTheItemsAndWhatIsWorkedOn) {
  for (std::uint32_t consumers : {1u, 2u, 5u, 60u}) {
    for (std::uint64_t items : {0ull, 1ull, 2ull, 3ull, 1000ull}) {
      const auto shape = LaneShape::fitting(items, 8, consumers);
      EXPECT_GE(shape.slots, shape.limit_items + consumers + 1);
      EXPECT_TRUE(std::has_single_bit(shape.slots));
    }
  }
}

TEST(LaneShape, StrideHoldsTheItemAndItsWord) {
  for (std::size_t bytes : {0, 1, 8, 9, 56, 57, 120, 504}) {
    const auto shape = LaneShape::fitting(4, bytes, 1);
    EXPECT_GE(shape.payload(), bytes);
    EXPECT_EQ(shape.stride % 8, 0u);
  }
}

TEST(SlotWord, KeepsItsParts) {
  const auto word = SlotWord::make(0xfffff, SlotWord::State::running, 0xabcd, 0xef, 0x1234);
  EXPECT_EQ(word.lap(), 0xfffffu);
  EXPECT_EQ(word.state(), SlotWord::State::running);
  EXPECT_EQ(word.owner(), 0xabcd);
  EXPECT_EQ(word.flags(), 0xef);
  EXPECT_EQ(word.length(), 0x1234);
}

TEST(SlotWord, ComparesLapsAcrossTheirWrap) {
  const auto last = SlotWord::make(SlotWord::lap_mask, SlotWord::State::full, 0, 0, 0);
  EXPECT_TRUE(last.not_newer_than(0));
  EXPECT_TRUE(last.not_newer_than(SlotWord::lap_mask));
  EXPECT_FALSE(last.not_newer_than(SlotWord::lap_mask - 1));
}

class LaneOf : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  LaneRig rig(std::uint64_t items) const { return LaneRig{LaneShape::fitting(items, 8, GetParam())}; }
};

TEST_P(LaneOf, GivesNothingWhenEmpty) {
  auto lane = rig(4);
  Consumer consumer{lane.lane, 0};
  EXPECT_FALSE(consumer.take());
  EXPECT_FALSE(consumer.ready());
}

TEST_P(LaneOf, KeepsOrderAndContentOverManyRounds) {
  auto lane = rig(3);
  Consumer consumer{lane.lane, 0};
  for (std::uint64_t i = 0; i < 1000; i += 2) {
    ASSERT_TRUE(lane.put(i) && lane.put(i + 1));
    ASSERT_EQ(consume(consumer), i);
    ASSERT_EQ(consume(consumer), i + 1);
  }
}

TEST_P(LaneOf, RejectsPutWhenFull) {
  for (std::uint64_t limit : {1ull, 2ull, 5ull}) {
    auto lane = rig(limit);
    lane.put_all(0, limit);
    EXPECT_FALSE(lane.put(limit));
  }
}

TEST_P(LaneOf, HasRoomOnceAnItemIsTakenButNotReleased) {
  auto lane = rig(1);
  Consumer consumer{lane.lane, 0};
  ASSERT_TRUE(lane.put(1));
  ASSERT_TRUE(consumer.take());
  EXPECT_TRUE(lane.put(2));
  EXPECT_FALSE(lane.put(3));
}

TEST_P(LaneOf, AsksAgainAndAgainWithoutUsingPositionsUp) {
  auto lane = rig(1);
  ASSERT_TRUE(lane.put(1));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(lane.producer.has_room());
  Consumer consumer{lane.lane, 0};
  ASSERT_EQ(consume(consumer), 1u);
  ASSERT_TRUE(lane.put(2));
  EXPECT_EQ(consumer.take()->position, 1u);
}

TEST_P(LaneOf, PayloadStaysWhileItIsWorkedOn) {
  auto lane = rig(2);
  Consumer consumer{lane.lane, 0};
  ASSERT_TRUE(lane.put(7));
  const auto held = consumer.take();
  lane.put_all(8, 10);
  EXPECT_FALSE(lane.put(10));
  EXPECT_EQ(value_of(*held), 7u);
}

TEST_P(LaneOf, BoundsBytesWithOvershootOfOneItem) {
  LaneShape shape = LaneShape::fitting(100, 8, GetParam());
  shape.limit_bytes = 1000;
  LaneRig lane{shape};
  EXPECT_TRUE(lane.put(0, 999));
  EXPECT_TRUE(lane.put(1, 5000));
  EXPECT_FALSE(lane.put(2, 1));
}

TEST_P(LaneOf, BytesCountUntilTheItemIsReleased) {
  LaneShape shape = LaneShape::fitting(100, 8, GetParam());
  shape.limit_bytes = 1000;
  LaneRig lane{shape};
  Consumer consumer{lane.lane, 0};
  for (std::uint64_t i = 0; i < 500; ++i) {
    ASSERT_TRUE(lane.put(i, 1000));
    const auto item = consumer.take();
    ASSERT_FALSE(lane.put(i, 1));
    consumer.release(*item);
    ASSERT_TRUE(lane.put(i)) << "an item without a block, between two that have one";
    ASSERT_EQ(consume(consumer), i);
  }
}

/// Of a lane that is full.
void begin_to_wait(LaneRig& lane) {
  ASSERT_FALSE(lane.producer.has_room());
  ASSERT_TRUE(lane.producer.announce_wait());
}

TEST(Lane, AProducerFullOfBytesGoesOnOnceMostAreGivenBack) {
  for (const auto& [items, gone] : {std::pair{32U, 28U}, {8U, 6U}, {3U, 1U}, {2U, 1U}, {1U, 1U}}) {
    LaneShape shape = LaneShape::fitting(100, 8, 1);
    shape.limit_bytes = items * 1000;
    LaneRig lane{shape};
    Consumer consumer{lane.lane, 0};
    for (std::uint64_t i = 0; i < items; ++i) ASSERT_TRUE(lane.put(i, 1000));
    ASSERT_NO_FATAL_FAILURE(begin_to_wait(lane));
    for (std::uint64_t back = 1; back <= items; ++back) {
      const auto item = consumer.take();
      EXPECT_EQ(lane.producer.announced_is_past(), back > gone) << "taken, not given back";
      consumer.release(*item);
      EXPECT_EQ(lane.producer.announced_is_past(), back >= gone) << back << " of " << items;
      EXPECT_EQ(item->position + 1 >= lane.lane.tell_at.load() - Lane::tell_release, back >= gone) << "told of";
    }
  }
}

TEST_P(LaneOf, DrainsOnlyAfterCloseAndTheLastItem) {
  auto lane = rig(4);
  Consumer consumer{lane.lane, 0};
  ASSERT_TRUE(lane.put(1));
  EXPECT_FALSE(consumer.drained());
  lane.producer.close();
  EXPECT_FALSE(consumer.drained());
  consume(consumer);
  EXPECT_TRUE(consumer.drained());
}

TEST_P(LaneOf, LapsWrap) {
  auto lane = rig(1);
  const std::uint64_t begin = ((std::uint64_t{1} << 20) - 2) * lane.lane.shape.slots;
  for (std::uint64_t slot = 0; slot < lane.lane.shape.slots; ++slot) {
    lane.lane.word(slot).store(SlotWord::make(lane.lane.lap(begin) - 1, SlotWord::State::free, 0, 0, 0).bits);
  }
  for (auto* index : {&lane.lane.head, &lane.lane.put, &lane.lane.taken, &lane.lane.released}) index->store(begin);
  Producer producer{lane.lane};
  lane.producer = producer;
  Consumer consumer{lane.lane, 0};
  for (std::uint64_t i = 0; i < 5 * lane.lane.shape.slots; ++i) {
    ASSERT_TRUE(lane.put(i));
    ASSERT_FALSE(lane.put(i));
    ASSERT_EQ(consume(consumer), i);
    ASSERT_FALSE(consumer.take());
  }
}

TEST_P(LaneOf, SaysHowManyWait) {
  auto lane = rig(10);
  Consumer consumer{lane.lane, 0};
  lane.put_all(0, 7);
  consume(consumer);
  EXPECT_EQ(lane.lane.waiting(), 6u);
}

TEST_P(LaneOf, HalfFullIsSeenAndOver) {
  auto lane = rig(8);
  Consumer consumer{lane.lane, 0};
  bool seen = false;
  for (std::uint64_t i = 0; i < 8; ++i) {
    ASSERT_TRUE(lane.put(i));
    const bool half = lane.producer.half_full();
    EXPECT_TRUE(!half || i >= 3);
    seen = seen || half;
  }
  EXPECT_TRUE(seen);
  while (consumer.take()) {
  }
}

TEST_P(LaneOf, TheWaitingProducerIsToldOfTheLastItemAtLatest) {
  for (std::uint64_t limit : {1ull, 2ull, 3ull, 8ull}) {
    auto lane = rig(limit);
    Consumer consumer{lane.lane, 0};
    lane.put_all(0, limit);
    ASSERT_NO_FATAL_FAILURE(begin_to_wait(lane));
    EXPECT_FALSE(lane.producer.announce_wait());
    std::uint64_t told = 0;
    for (std::uint64_t i = 0; i < limit; ++i) told += consumer.take()->position + 1 >= lane.lane.tell_at.load();
    EXPECT_EQ(told, limit / 2 + 1);
  }
}

TEST_P(LaneOf, AFullProducerGoesOnOnceHalfIsGone) {
  for (std::uint64_t limit : {1ull, 2ull, 3ull, 8ull}) {
    auto lane = rig(limit);
    Consumer consumer{lane.lane, 0};
    lane.put_all(0, limit);
    ASSERT_NO_FATAL_FAILURE(begin_to_wait(lane));
    for (std::uint64_t taken = 0; taken < limit; ++taken) {
      EXPECT_EQ(lane.producer.announced_is_past(), limit - taken <= limit / 2) << taken << " of " << limit;
      consume(consumer);
      EXPECT_TRUE(lane.producer.has_room()) << "for one";
    }
    EXPECT_TRUE(lane.producer.announced_is_past());
    lane.producer.stop_waiting();
    EXPECT_TRUE(lane.producer.announced_is_past()) << "nothing is announced";
  }
}

INSTANTIATE_TEST_SUITE_P(Consumers, LaneOf, ::testing::Values(1, 3),
                         [](const auto& test) { return test.param == 1 ? "single" : "shared"; });

}  // namespace
}  // namespace mpyx::ring
