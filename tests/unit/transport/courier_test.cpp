#include "transport/courier.hpp"

#include <array>
#include <atomic>
#include <random>

#include "faulty_link.hpp"
#include "traffic.hpp"
#include "transport/loopback_link.hpp"
#include "transport/record.hpp"

namespace mpyx::transport {
namespace {

constexpr std::int64_t a_millisecond = 1'000'000;

/// Two hosts with a link each that the test can cut.
class CourierPair : public ::testing::Test {
 protected:
  TestHost& host(int number) { return *hosts_[static_cast<std::size_t>(number)]; }
  FaultyLink& link(int number) { return *links_[static_cast<std::size_t>(number)]; }

  void start(const Courier::Options& options) {
    for (int i = 0; i < 2; ++i) {
      links_.push_back(std::make_unique<FaultyLink>(network_.link(i), 1000, 1u));
      TestHost::Sizes sizes;
      sizes.options = options;
      hosts_.push_back(std::make_unique<TestHost>(*links_.back(), sizes));
    }
    for (auto& each : hosts_) threads_.emplace_back([&each] { each->courier().run(); });
  }
  void finish() {
    for (auto& each : hosts_) each->courier().leave();
    for (auto& each : threads_) each.join();
    threads_.clear();
  }

  LoopbackNetwork network_{2};
  std::vector<std::unique_ptr<FaultyLink>> links_;
  std::vector<std::unique_ptr<TestHost>> hosts_;
  std::vector<std::thread> threads_;
};

TEST_F(CourierPair, HeartbeatsKeepAnIdleWayAlive) {
  start({.silence = 2000 * a_millisecond, .heartbeat = 50 * a_millisecond});
  const std::int64_t end = now_ns() + 3000 * a_millisecond;
  while (now_ns() < end) std::this_thread::yield();
  host(0).courier().control(1, {});
  finish();  // a host that was lost in between would have failed the test
}

TEST_F(CourierPair, SaysWhenAHostIsSilent) {
  start({.silence = 200 * a_millisecond, .heartbeat = 50 * a_millisecond, .farewell = 300 * a_millisecond});
  for (auto& each : hosts_) each->expects_loss = true;
  link(1).cut();
  EXPECT_EQ(host(0).lost_host(), 1);
  EXPECT_EQ(host(1).lost_host(), 0);
  finish();
}

TEST_F(CourierPair, LeavesThoughTheOtherHostIsDead) {
  start({.silence = 1000 * a_millisecond, .heartbeat = 50 * a_millisecond, .farewell = 200 * a_millisecond});
  for (auto& each : hosts_) each->expects_loss = true;
  link(0).cut();
  const std::int64_t begin = now_ns();
  finish();
  EXPECT_LT(now_ns() - begin, 3000 * a_millisecond);
}

TEST_F(CourierPair, ALostHostHoldsNothingUp) {
  start({.silence = 2000 * a_millisecond, .heartbeat = 50 * a_millisecond, .farewell = 300 * a_millisecond});
  for (auto& each : hosts_) each->expects_loss = true;
  const Plan plan{.producers = {1, 0}, .consumers = {0, 1}};
  {
    std::array<std::unique_ptr<ChannelPart>, 2> parts;
    for (int i = 0; i < 2; ++i) parts[static_cast<std::size_t>(i)] = std::make_unique<ChannelPart>(host(i), plan);
    std::atomic<bool> stop{false};
    std::thread producer{[&] {
      Traffic traffic{host(0), *parts[0], 2000, Traffic::Kind::mixed};
      auto out = parts[0]->out(0);
      auto& cell = parts[0]->producer_cell(0);
      const auto stopped = [&] { return stop.load(); };
      for (std::uint64_t i = 0; i < 2000 && !stop; ++i) {
        if (!out.has_room() && !out.wait_for_room(cell, stopped)) break;
        traffic.put(out, cell, i);
      }
    }};
    Traffic traffic{host(1), *parts[1], 2000, Traffic::Kind::mixed};
    traffic.consume(0, 100);
    link(0).cut();
    EXPECT_EQ(host(1).lost_host(), 0);
    stop = true;
    memory::interrupt(parts[0]->producer_cell(0));
    producer.join();
  }
  finish();
}

TEST_F(CourierPair, ReceiverMayBeAttachedLongBeforeTheSender) {
  start({});
  const Plan plan{.producers = {1, 0}, .consumers = {0, 1}};
  ChannelPart there{host(1), plan};
  std::thread other{[&] { host(1).barrier(); }};
  host(0).barrier();  // the other host's message came behind its permission to send
  other.join();
  ChannelPart here{host(0), plan};
  Traffic puts{host(0), here, 500, Traffic::Kind::plain}, takes{host(1), there, 500, Traffic::Kind::plain};
  std::thread producer{[&] { EXPECT_EQ(puts.produce(0, 0, 500), 500u); }};
  takes.consume(0);
  producer.join();
  EXPECT_EQ(takes.taken_here(), 500u);
  here.detach();
  there.detach();
  finish();
}

TEST_F(CourierPair, ReadersMayLeaveLongBeforeTheSenderIsAttached) {
  start({});
  const Plan plan{.producers = {1, 0}, .consumers = {0, 1}};
  ChannelPart there{host(1), plan};
  there.in(0).leave();
  std::thread other{[&] { host(1).barrier(); }};
  host(0).barrier();  // the other host's message came behind the word that nobody reads there
  other.join();
  ChannelPart here{host(0), plan};
  Traffic puts{host(0), here, 5000, Traffic::Kind::plain};
  EXPECT_LT(puts.produce(0, 0, 5000), 5000u);
  here.detach();
  there.detach();
  finish();
}

/// Whatever a host sends, the other one ends at most the connection.
TEST(Courier, DamagedMessagesLoseTheHostAndNothingElse) {
  std::minstd_rand random{7};
  for (int round = 0; round < 200; ++round) {
    LoopbackNetwork network{2};
    auto good = network.link(0), bad = network.link(1);
    TestHost::Sizes sizes;
    sizes.segment = std::size_t{1} << 24;
    sizes.options = {.farewell = 20 * a_millisecond};
    TestHost host{*good, sizes};
    host.expects_loss = true;
    const Plan plan{.producers = {1, 1}, .consumers = {1, 1}};
    {
      ChannelPart part{host, plan};
      const auto room = bad->batch_room(0);
      RecordWriter writer{room};
      for (int i = 0; i < 6; ++i) {
        const auto kind = static_cast<Record>(random() % 14);
        writer.begin(kind, static_cast<std::uint8_t>(random() % 4), plan.key);
        const std::size_t words = random() % 12;
        for (std::size_t w = 0; w < words; ++w) {
          const auto word = static_cast<std::uint32_t>(random() % 3 != 0 ? random() % 40 : random());
          writer.raw(&word, sizeof word);
        }
        writer.finish();
      }
      bad->send_batch(0, writer.used() - random() % 8);
      host.courier().leave();
      host.courier().run();
    }
  }
}

}  // namespace
}  // namespace mpyx::transport
