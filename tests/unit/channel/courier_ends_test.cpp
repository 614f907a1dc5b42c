// What ports offer to a thread that stands for consumers and producers on other hosts.
#include "inbox_rig.hpp"

namespace mpyx::channel {
namespace {

TEST(CourierEnds, ALaneThatIsLeftOutIsNotTakenFromAndDoesNotDelayTheEnd) {
  InboxRig rig{{.producers = 2, .consumers = 2}};
  auto own = rig.out(0), from_elsewhere = rig.out(1);
  auto port = rig.in(1), other = rig.in(0);
  port.leave_out(1);
  ASSERT_TRUE(rig.put(own, 0, 8) && rig.put(from_elsewhere, 1, 16));
  const auto frame = port.take();
  ASSERT_TRUE(frame);
  EXPECT_EQ(value_of(*frame), 8u);
  port.release(*frame);
  EXPECT_FALSE(port.ready());
  EXPECT_FALSE(port.take());
  own.close();
  EXPECT_TRUE(port.ended());
  EXPECT_FALSE(other.ended());
  const auto rest = other.take();
  ASSERT_TRUE(rest);
  EXPECT_EQ(value_of(*rest), 16u);
  other.release(*rest);
}

TEST(CourierEnds, WaitingCountsWhatNobodyHasTaken) {
  for (const std::uint32_t consumers : {1u, 3u}) {
    InboxRig rig{{.consumers = consumers}};
    auto out = rig.out(0);
    auto in = rig.in(0);
    for (std::uint64_t i = 0; i < 200; ++i) {
      ASSERT_TRUE(rig.put(out, 0, i));
      if (i < 5) continue;
      const auto frame = in.take();
      EXPECT_EQ(out.waiting(), 5u);
      in.release(*frame);
      EXPECT_EQ(out.waiting(), 5u);
    }
  }
}

TEST(CourierEnds, AnnouncedTakesWakeTheProducer) {
  for (const std::uint32_t consumers : {1u, 3u}) {
    InboxRig rig{{.consumers = consumers}};
    auto out = rig.out(0);
    auto in = rig.in(0);
    for (std::uint64_t i = 0; i < 10; ++i) ASSERT_TRUE(rig.put(out, 0, 8));
    ASSERT_EQ(out.waiting(), 10u);
    out.announce_taken(3);
    auto& cell = rig.producer_cell(0);
    cell.state = memory::WaitCell::k_sleeping;
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(cell.state, memory::WaitCell::k_sleeping) << i;
      in.release(*in.take());
    }
    EXPECT_EQ(cell.state, memory::WaitCell::k_notified);
    out.stop_announcing();
  }
}

TEST(CourierEnds, TheCourierIsToldWhenAllOthersHaveLeftOrClosed) {
  InboxRig rig{{.producers = 2, .consumers = 2}};
  rig.inbox().courier_consumers = 1;
  rig.inbox().courier_producers = 1;
  auto& as_producer = rig.producer_cell(1);
  auto& as_consumer = rig.consumer_cell(1);
  as_producer.state = as_consumer.state = memory::WaitCell::k_sleeping;
  auto out = rig.out(0);
  out.close();
  EXPECT_EQ(as_consumer.state, memory::WaitCell::k_notified);
  EXPECT_EQ(as_producer.state, memory::WaitCell::k_sleeping);
  auto in = rig.in(0);
  in.leave();
  EXPECT_EQ(as_producer.state, memory::WaitCell::k_notified);
}

}  // namespace
}  // namespace mpyx::channel
