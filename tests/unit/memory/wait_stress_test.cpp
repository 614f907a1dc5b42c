// No wake-up is lost: between threads, between processes, and when wakers die. A lost one shows as a missed deadline.
#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include "child_process.hpp"
#include "memory/segment.hpp"
#include "memory/wait.hpp"

namespace mpyx::memory {
namespace {

constexpr std::int64_t k_long = 20'000'000'000;

/// Two players, each with a cell and a counter of the balls it got.
struct Table {
  std::array<WaitCell, 2> cells;
  struct alignas(64) Balls {
    std::atomic<std::uint64_t> got;
    std::uint64_t payload;
  };
  std::array<Balls, 2> balls;
};

/// Returns the number of the first ball that did not come in time or came wrong, 0 if all came.
std::uint64_t play(Table& table, std::size_t me, std::uint64_t rounds) {
  const std::size_t you = 1 - me;
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    if (me == 0 || round > 1) {
      const std::uint64_t number = me == 0 ? round : round - 1;
      table.balls[you].payload = number;
      table.balls[you].got.store(number, std::memory_order_release);
      light_fence();
      wake(table.cells[you]);
    }
    const auto here = [&] { return table.balls[me].got.load(std::memory_order_acquire) >= round; };
    if (me == 0 && round == rounds) return 0;
    if (!park(table.cells[me], now_ns() + k_long, here)) return round;
    if (table.balls[me].payload != round) return round;
  }
  return 0;
}

class WaitStress : public ::testing::TestWithParam<bool> {
 protected:
  WaitStress() { fences_init(GetParam()); }
  ~WaitStress() override { fences_init(false); }

  Segment segment_ = Segment::create(1 << 20);
};

TEST_P(WaitStress, PingPongOfThreads) {
  Table& table = *segment_.at<Table>(4096);
  ASSERT_TRUE(segment_.commit(4096 + sizeof(Table)));
  std::uint64_t other = 1;
  std::thread thread([&] { other = play(table, 1, 3000); });
  EXPECT_EQ(play(table, 0, 3000), 0u);
  thread.join();
  EXPECT_EQ(other, 0u);
}

TEST_P(WaitStress, PingPongOfProcesses) {
  Table& table = *segment_.at<Table>(4096);
  ASSERT_TRUE(segment_.commit(4096 + sizeof(Table)));
  ChildProcess child([&] {
    if (fences_init(GetParam()) != fences_detail::by_membarrier) return 2;
    return play(table, 1, 3000) == 0 ? 0 : 1;
  });
  EXPECT_EQ(play(table, 0, 3000), 0u);
  EXPECT_EQ(child.wait(), 0);
}

TEST_P(WaitStress, ManyProducersOneSleeper) {
  WaitCell cell{};
  std::atomic<std::uint64_t> published{0};
  constexpr std::uint64_t each = 3000;
  std::vector<std::thread> producers;
  for (int i = 0; i < 3; ++i)
    producers.emplace_back([&] {
      for (std::uint64_t n = 0; n < each; ++n) {
        published.fetch_add(1, std::memory_order_release);
        light_fence();
        wake(cell);
        if (n % 64 == 0) std::this_thread::yield();
      }
    });
  std::uint64_t seen = 0;
  while (seen < 3 * each) {
    const auto more = [&] { return published.load(std::memory_order_acquire) > seen; };
    ASSERT_TRUE(park(cell, now_ns() + k_long, more)) << seen;
    seen = published.load(std::memory_order_acquire);
  }
  for (std::thread& producer : producers) producer.join();
}

TEST_P(WaitStress, NappersSeeEveryInterrupt) {
  WaitCell cell{};
  std::atomic<std::uint64_t> reason{0};
  std::atomic<std::uint64_t> answered{0};
  std::thread napper([&] {
    for (std::uint64_t round = 1; round <= 2000; ++round) {
      const auto stop = [&] { return reason.load(std::memory_order_acquire) >= round; };
      const std::int64_t end = now_ns() + k_long;
      while (!nap(cell, k_long, stop)) ASSERT_LT(now_ns(), end) << "an interrupt was lost";
      answered.store(round, std::memory_order_release);
    }
  });
  for (std::uint64_t round = 1; round <= 2000; ++round) {
    reason.store(round, std::memory_order_release);
    interrupt(cell);
    while (answered.load(std::memory_order_acquire) < round) std::this_thread::yield();
  }
  napper.join();
}

TEST_P(WaitStress, RescueReplacesAWakerThatWasKilled) {
  Table& table = *segment_.at<Table>(4096);
  ASSERT_TRUE(segment_.commit(4096 + sizeof(Table)));
  for (unsigned round = 0; round < 30; ++round) {
    std::atomic<std::uint64_t>& published = table.balls[0].got;
    std::atomic<std::uint64_t>& dead = table.balls[1].got;
    published = 0;
    dead = 0;
    ChildProcess waker([&]() -> int {
      fences_init(GetParam());
      for (;;) {
        published.fetch_add(1, std::memory_order_release);
        light_fence();
        wake(table.cells[0]);
      }
    });
    std::thread waiter([&] {
      for (std::uint64_t seen = 0; dead.load(std::memory_order_acquire) == 0;) {
        const auto ready = [&] {
          return published.load(std::memory_order_acquire) > seen || dead.load(std::memory_order_acquire) != 0;
        };
        ASSERT_TRUE(park(table.cells[0], now_ns() + k_long, ready));
        seen = published.load(std::memory_order_acquire);
      }
    });
    while (published.load(std::memory_order_acquire) < 100 + round * 37) std::this_thread::yield();
    waker.kill();
    dead.store(1, std::memory_order_release);
    rescue(table.cells[0]);
    waiter.join();
  }
}

INSTANTIATE_TEST_SUITE_P(BothFences, WaitStress, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "membarrier" : "full_fences"; });

}  // namespace
}  // namespace mpyx::memory
