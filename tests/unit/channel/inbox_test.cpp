#include "inbox_rig.hpp"

#include <thread>

namespace mpyx::channel {
namespace {

constexpr auto never = [] { return false; };

TEST(Inbox, DeliversEveryKindOfFrame) {
  InboxRig rig{{}};
  auto out = rig.out(0);
  auto in = rig.in(0);
  for (std::uint64_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(rig.put(out, 0, i));
    const auto frame = in.take();
    ASSERT_TRUE(frame);
    EXPECT_EQ(value_of(*frame), i);
    in.release(*frame);
  }
}

TEST(Inbox, DestroyDropsWhatIsLeft) {
  InboxRig rig{{.producers = 2, .consumers = 2}};
  auto first = rig.out(0), second = rig.out(1);
  for (std::uint64_t i = 0; i < 20; ++i) ASSERT_TRUE(rig.put(first, 0, i) && rig.put(second, 1, i));
}

TEST(Inbox, TakesFromProducersInTurn) {
  InboxRig rig{{.producers = 2}};
  auto first = rig.out(0), second = rig.out(1);
  for (std::uint64_t i = 0; i < 60; ++i) ASSERT_TRUE(rig.put(first, 0, 8) && rig.put(second, 1, 8));
  auto in = rig.in(0);
  std::uint32_t seen[2] = {};
  for (int i = 0; i < 64; ++i) {
    const auto frame = in.take();
    ++seen[frame->lane];
    in.release(*frame);
  }
  EXPECT_EQ(seen[0], 32u);
  EXPECT_EQ(seen[1], 32u);
}

TEST(Inbox, EndsWhenAllProducersHaveClosedAndAllIsTaken) {
  InboxRig rig{{.producers = 2}};
  auto first = rig.out(0), second = rig.out(1);
  auto in = rig.in(0);
  ASSERT_TRUE(rig.put(first, 0, 1));
  first.close();
  first.close();
  EXPECT_FALSE(in.ended());
  second.close();
  EXPECT_FALSE(in.ended());
  in.release(*in.take());
  EXPECT_TRUE(in.ended());
}

TEST(Inbox, LastCloseEndsTheWaitOfEveryConsumer) {
  InboxRig rig{{.consumers = 3}};
  auto out = rig.out(0);
  std::vector<std::thread> consumers;
  for (std::uint32_t i = 0; i < 3; ++i) {
    consumers.emplace_back([&, i] {
      auto in = rig.in(i);
      while (!in.ended()) in.wait(rig.consumer_cell(i), never);
    });
  }
  out.close();
  for (auto& consumer : consumers) consumer.join();
}

TEST(Inbox, LastLeaveEndsTheWaitForRoom) {
  InboxRig rig{{.consumers = 2, .items = 1}};
  auto out = rig.out(0);
  ASSERT_TRUE(rig.put(out, 0, 1));
  std::thread producer{[&] { EXPECT_FALSE(rig.put(out, 0, 2)); }};
  auto first = rig.in(0), second = rig.in(1);
  first.leave();
  first.leave();
  EXPECT_FALSE(out.abandoned());
  second.leave();
  producer.join();
  EXPECT_TRUE(out.abandoned());
}

TEST(Inbox, EndedProducerStopsWaitingForRoom) {
  InboxRig rig{{.items = 1}};
  auto out = rig.out(0);
  ASSERT_TRUE(rig.put(out, 0, 1));
  EXPECT_FALSE(out.wait_for_room(rig.producer_cell(0), [] { return true; }));
}

TEST(Inbox, AbsorbedWakeUpIsPassedOn) {
  // Consumer 0 comes back from sleeping for a reason of its own (here: an item that was there before) while a producer has
  // spent its wake-up for a second item on it: consumer 1 must get that one while consumer 0 works.
  InboxRig rig{{.consumers = 2}};
  auto out = rig.out(0);
  auto first = rig.in(0);
  std::atomic<bool> taken{false};
  std::thread other{[&] {
    auto second = rig.in(1);
    while (!second.ready()) second.wait(rig.consumer_cell(1), never);
    taken = second.take().has_value();
  }};
  const auto sleeps = [&](std::uint32_t consumer) {
    return rig.consumer_cell(consumer).state.load() == memory::WaitCell::k_sleeping;
  };
  while (!sleeps(1)) std::this_thread::yield();
  bool published = false;
  first.wait(rig.consumer_cell(0), [&] {
    // Between saying that it sleeps and looking once more: as if it had not seen the first item when it was published.
    if (sleeps(0) && !published) published = rig.put(out, 0, 0) && rig.put(out, 0, 1);
    return published;
  });
  const auto frame = first.take();
  ASSERT_TRUE(frame);
  other.join();
  EXPECT_TRUE(taken);
  first.release(*frame);
}

TEST(Inbox, PutWakesTheOnlyConsumerWhenItWaitsForItems) {
  InboxRig rig{{}};
  auto out = rig.out(0);
  auto in = rig.in(0);
  auto& state = rig.consumer_cell(0).state;
  const auto put_wakes = [&] {
    state = memory::WaitCell::k_sleeping;
    EXPECT_TRUE(rig.put(out, 0, 1));
    return state.exchange(memory::WaitCell::k_awake) == memory::WaitCell::k_notified;
  };
  EXPECT_FALSE(put_wakes());  // it sleeps for something else: room, or a timer
  in.announce_idle();
  EXPECT_TRUE(put_wakes());
  in.come_back();
  EXPECT_FALSE(put_wakes());
}

TEST(Inbox, RepairGivesADeadConsumersItemToAnother) {
  InboxRig rig{{.consumers = 2}};
  auto out = rig.out(0);
  auto dead = rig.in(0), other = rig.in(1);
  ASSERT_TRUE(rig.put(out, 0, 5) && rig.put(out, 0, 6));
  ASSERT_EQ(value_of(*dead.take()), 5u);
  EXPECT_EQ(repair_consumer(rig.domain(), rig.inbox(), 0), 1u);
  for (const std::uint64_t expected : {5u, 6u}) {
    const auto frame = other.take();
    ASSERT_TRUE(frame);
    EXPECT_EQ(value_of(*frame), expected);
    other.release(*frame);
  }
}

}  // namespace
}  // namespace mpyx::channel
