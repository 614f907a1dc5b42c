// Consumers of other processes are killed at random moments, mostly inside an item; what they held comes back, once.
#include "inbox_rig.hpp"

#include <chrono>
#include <thread>

#include "unit/memory/child_process.hpp"

namespace mpyx::channel {
namespace {

constexpr std::uint64_t k_items = 20'000;
constexpr auto never = [] { return false; };

/// How often each item was begun and finished, by whom; in memory that the killed processes share.
struct Record {
  std::atomic<std::uint32_t> begun[k_items];
  std::atomic<std::uint32_t> finished[k_items];
  std::atomic<std::uint64_t> by_victims;  ///< begun by those that are killed
};

class ConsumerDeath : public ::testing::TestWithParam<std::tuple<std::uint32_t, std::uint64_t>> {
 protected:
  ConsumerDeath() : offset_{rig_.domain().arena.allocate(sizeof(Record), {})} { new (&record()) Record{}; }
  ~ConsumerDeath() override { rig_.domain().arena.release(offset_); }

  Record& record() { return *rig_.domain().at<Record>(offset_); }

  /// Marks an item; counted as finished in the same instant at which a death would no longer give it back.
  void consume(std::uint32_t consumer, bool slow) {
    auto in = rig_.in(consumer);
    while (!in.ended()) {
      const auto frame = in.take();
      if (!frame) {
        in.wait(rig_.consumer_cell(consumer), never);
        continue;
      }
      const std::uint64_t value = value_of(*frame) / 8;
      record().begun[value].fetch_add(1);
      if (consumer == 0) record().by_victims.fetch_add(1);
      for (int i = 0; slow && i < 4000; ++i) record().begun[value].load(std::memory_order_acquire);  // not by the clock
      record().finished[value].fetch_add(1);
      in.release(*frame);
    }
    in.leave();
  }

  InboxRig rig_{{.consumers = std::get<0>(GetParam()), .items = std::get<1>(GetParam())}};
  memory::Offset offset_;
};

TEST_P(ConsumerDeath, NoItemIsLost) {
  const std::uint32_t consumers = std::get<0>(GetParam());
  std::uint64_t deaths = 0;
  std::atomic<bool> produced{false};
  std::thread producer{[&] {
    auto out = rig_.out(0);
    for (std::uint64_t i = 0; i < k_items; ++i) EXPECT_TRUE(rig_.put(out, 0, i * 8));
    out.close();
    produced = true;
  }};
  std::vector<std::thread> others;
  for (std::uint32_t i = 1; i < consumers; ++i) others.emplace_back([&, i] { consume(i, true); });
  while (!produced) {
    memory::ChildProcess victim{[&] {
      consume(0, true);
      return 0;
    }};
    // It gets somewhere, however slow the machine; the scheduler makes the moment of its death random.
    const std::uint64_t end = record().by_victims + 1 + deaths * 7919 % 60;
    constexpr std::chrono::microseconds pause{20};
    while (!produced && record().by_victims < end) std::this_thread::sleep_for(pause);  // not synchronisation
    victim.kill();
    ++deaths;
    repair_consumer(rig_.domain(), rig_.inbox(), 0);
    // It may have left before it was killed; then its successor is one too many, but counts itself out as well.
  }
  producer.join();
  for (auto& other : others) other.join();
  consume(0, false);
  std::uint64_t again = 0;
  for (std::uint64_t i = 0; i < k_items; ++i) {
    ASSERT_GE(record().finished[i], 1u) << i;
    again += record().begun[i] - 1;
  }
  EXPECT_LE(again, deaths) << "each death gives back one item at most";
  RecordProperty("deaths", static_cast<int>(deaths));
}

TEST_P(ConsumerDeath, AnItemKilledInIsTakenOnceMoreAfterManyRounds) {
  const std::uint32_t consumers = std::get<0>(GetParam());
  if (consumers == 1) return;  // there, nothing passes an item that is worked on
  auto out = rig_.out(0);
  auto other = rig_.in(1);
  ASSERT_TRUE(rig_.put(out, 0, 0));
  memory::ChildProcess victim{[&]() -> int {
    auto in = rig_.in(0);
    const auto frame = in.take();
    record().begun[0].store(frame.has_value());
    for (;;) ::pause();
  }};
  while (record().begun[0] == 0) std::this_thread::yield();
  for (std::uint64_t i = 1; i < k_items; ++i) {
    ASSERT_TRUE(rig_.put(out, 0, i * 8));
    const auto frame = other.take();
    ASSERT_EQ(value_of(*frame), i * 8);
    other.release(*frame);
  }
  ASSERT_FALSE(other.take());
  victim.kill();
  ASSERT_EQ(repair_consumer(rig_.domain(), rig_.inbox(), 0), 1u);
  const auto again = other.take();
  ASSERT_TRUE(again);
  EXPECT_EQ(value_of(*again), 0u);
  other.release(*again);
  EXPECT_FALSE(other.take());
}

INSTANTIATE_TEST_SUITE_P(Shapes, ConsumerDeath,
                         ::testing::Combine(::testing::Values(1, 2, 3), ::testing::Values(1, 4, 200)),
                         [](const auto& test) {
                           return std::to_string(std::get<0>(test.param)) + "by" +
                                  std::to_string(std::get<1>(test.param));
                         });

}  // namespace
}  // namespace mpyx::channel
