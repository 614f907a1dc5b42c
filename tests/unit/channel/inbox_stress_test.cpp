// Exactly-once delivery between threads, for inboxes of every shape, with waits at both ends, ends and leaks.
#include "inbox_rig.hpp"

#include <random>
#include <thread>

namespace mpyx::channel {
namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t total = 4'000;
#else
constexpr std::uint64_t total = 40'000;
#endif

struct Case {
  std::uint32_t producers, consumers;
  std::uint64_t items;
  bool pauses;  ///< everybody works for a random time now and then
};

void work(std::minstd_rand& random, bool pauses) {
  if (!pauses || random() % 64 != 0) return;
  const std::int64_t end = now_ns() + static_cast<std::int64_t>(random() % 300'000);
  while (now_ns() < end) std::this_thread::yield();
}

class InboxStress : public ::testing::TestWithParam<Case> {
 protected:
  void produce(std::uint32_t producer, std::uint64_t each) {
    std::minstd_rand random{producer + 1};
    auto out = rig_.out(producer);
    for (std::uint64_t i = 0; i < each && rig_.put(out, producer, producer * each + i); ++i)
      work(random, GetParam().pauses);
    out.close();
  }

  /// Takes until the end, or until it has taken `most`.
  void consume(std::uint32_t consumer, std::uint64_t most = ~std::uint64_t{0}) {
    std::minstd_rand random{consumer + 100};
    auto in = rig_.in(consumer);
    std::vector<std::uint64_t> next(GetParam().producers, 0);
    while (most != 0) {
      if (const auto frame = in.take()) {
        const std::uint64_t value = value_of(*frame);
        // What one consumer gets of one producer is in order, also when others take in between.
        EXPECT_GE(value + 1, next[frame->lane] + 1);
        next[frame->lane] = value + 1;
        work(random, GetParam().pauses);
        seen_[value].fetch_add(1, std::memory_order_relaxed);
        in.release(*frame);
        --most;
      } else if (in.ended()) {
        break;
      } else {
        in.wait(rig_.consumer_cell(consumer), [] { return false; });
      }
    }
    in.leave();
  }

  InboxRig rig_{
      {.producers = GetParam().producers, .consumers = GetParam().consumers, .items = GetParam().items, .bytes = 5000}};
  std::vector<std::atomic<int>> seen_ = std::vector<std::atomic<int>>(total);
};

TEST_P(InboxStress, DeliversEachItemExactlyOnce) {
  const std::uint64_t each = total / GetParam().producers;
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < GetParam().consumers; ++i) threads.emplace_back([&, i] { consume(i); });
  for (std::uint32_t i = 0; i < GetParam().producers; ++i) threads.emplace_back([&, i] { produce(i, each); });
  for (auto& thread : threads) thread.join();
  for (std::uint64_t i = 0; i < each * GetParam().producers; ++i) ASSERT_EQ(seen_[i], 1) << i;
}

TEST_P(InboxStress, ConsumersThatLeaveTakeNothingWithThem) {
  const std::uint64_t each = total / GetParam().producers;
  std::vector<std::thread> threads;
  for (std::uint32_t i = 1; i < GetParam().consumers; ++i) threads.emplace_back([&, i] { consume(i, total / 7 / i); });
  threads.emplace_back([&] { consume(0); });
  for (std::uint32_t i = 0; i < GetParam().producers; ++i) threads.emplace_back([&, i] { produce(i, each); });
  for (auto& thread : threads) thread.join();
  for (std::uint64_t i = 0; i < each * GetParam().producers; ++i) ASSERT_EQ(seen_[i], 1) << i;
}

TEST_P(InboxStress, ProducersEndWhenAllConsumersHaveLeft) {
  const std::uint64_t each = total / GetParam().producers;
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < GetParam().consumers; ++i) threads.emplace_back([&, i] { consume(i, total / 20); });
  for (std::uint32_t i = 0; i < GetParam().producers; ++i) threads.emplace_back([&, i] { produce(i, each); });
  for (auto& thread : threads) thread.join();
  for (std::uint64_t i = 0; i < total; ++i) ASSERT_LE(seen_[i], 1) << i;
}

INSTANTIATE_TEST_SUITE_P(Shapes, InboxStress,
                         ::testing::Values(Case{1, 1, 1, false}, Case{1, 1, 1022, false}, Case{1, 1, 4, true},
                                           Case{1, 2, 1, false}, Case{1, 3, 5, true}, Case{1, 3, 1000, false},
                                           Case{3, 1, 2, false}, Case{3, 3, 1, true}, Case{2, 2, 61, false}),
                         [](const auto& test) {
                           return std::to_string(test.param.producers) + "to" + std::to_string(test.param.consumers) +
                                  "by" + std::to_string(test.param.items) + (test.param.pauses ? "paused" : "");
                         });

}  // namespace
}  // namespace mpyx::channel
