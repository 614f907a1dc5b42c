#include "memory/wait.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace mpyx::memory {
namespace {

constexpr std::int64_t k_ms = 1'000'000;
constexpr std::int64_t k_long = 20'000 * k_ms;  // a test that gets here has failed

/// With both kinds of fence: the parameter says whether membarrier is allowed.
class Waiting : public ::testing::TestWithParam<bool> {
 protected:
  Waiting() { fences_init(GetParam()); }
  ~Waiting() override { fences_init(false); }

  void until(std::uint32_t state) {
    while (cell_.state != state) std::this_thread::yield();
  }

  WaitCell cell_{};
  std::atomic<bool> flag_{false};
  bool flag() const { return flag_.load(std::memory_order_acquire); }
};

TEST_P(Waiting, ParkReturnsAtOnceWhenReady) {
  EXPECT_TRUE(park(cell_, 0, [] { return true; }));
  EXPECT_EQ(cell_.state, WaitCell::k_awake);
}

TEST_P(Waiting, ParkEndsAtItsDeadline) {
  const std::int64_t deadline = now_ns() + 2 * k_ms;
  EXPECT_FALSE(park(cell_, deadline, [] { return false; }));
  EXPECT_GE(now_ns(), deadline);
  EXPECT_FALSE(park(cell_, 0, [] { return false; }));
  EXPECT_FALSE(park(cell_, -5, [] { return false; }));
  EXPECT_EQ(cell_.state, WaitCell::k_awake);
}

TEST_P(Waiting, WakeEndsPark) {
  std::thread waker([this] {
    until(WaitCell::k_sleeping);
    flag_.store(true, std::memory_order_release);
    light_fence();
    wake(cell_);
  });
  EXPECT_TRUE(park(cell_, now_ns() + k_long, [this] { return flag(); }));
  waker.join();
  EXPECT_EQ(cell_.state, WaitCell::k_awake);
}

TEST_P(Waiting, ParkGoesOnWhenItIsWokenForNothing) {
  std::thread waker([this] {
    for (int i = 0; i < 100; ++i) {
      until(WaitCell::k_sleeping);
      wake(cell_);
    }
    flag_.store(true, std::memory_order_release);
    interrupt(cell_);
  });
  EXPECT_TRUE(park(cell_, now_ns() + k_long, [this] { return flag(); }));
  waker.join();
}

TEST_P(Waiting, OneWakerOnlyDoesTheWork) {
  cell_.state = WaitCell::k_sleeping;
  EXPECT_TRUE(wake(cell_));
  EXPECT_FALSE(wake(cell_));
  EXPECT_EQ(cell_.state, WaitCell::k_notified) << "only the waiter says that it is awake";
}

TEST_P(Waiting, NapEndsByItself) {
  const std::int64_t start = now_ns();
  nap(cell_, 2 * k_ms);
  EXPECT_GE(now_ns() - start, 2 * k_ms);
  EXPECT_EQ(cell_.state, WaitCell::k_awake);
}

TEST_P(Waiting, WakeLeavesANapperAlone) {
  cell_.state = WaitCell::k_napping;
  EXPECT_FALSE(wake(cell_));
  EXPECT_EQ(cell_.state, WaitCell::k_napping);
  EXPECT_TRUE(end_nap(cell_));
  EXPECT_FALSE(end_nap(cell_));
}

TEST_P(Waiting, EndNapAndInterruptEndANap) {
  for (const bool by_interrupt : {false, true}) {
    flag_ = false;
    std::thread waker([&] {
      until(WaitCell::k_napping);
      flag_.store(true, std::memory_order_release);
      by_interrupt ? interrupt(cell_) : end_nap(cell_);  // nothing to do if the napper saw the flag first
    });
    const std::int64_t start = now_ns();
    EXPECT_TRUE(nap(cell_, k_long, [this] { return flag(); }));
    EXPECT_LT(now_ns() - start, k_long);
    waker.join();
  }
}

TEST_P(Waiting, NapSeesAReasonThatWasThereBefore) {
  flag_ = true;
  EXPECT_TRUE(nap(cell_, k_long, [this] { return flag(); }));
}

TEST_P(Waiting, RescueWakesAWaiterWhoseWakerDiedHalfWay) {
  std::thread rescuer([this] {
    until(WaitCell::k_sleeping);
    flag_.store(true, std::memory_order_release);
    std::uint32_t sleeping = WaitCell::k_sleeping;
    while (!cell_.state.compare_exchange_weak(sleeping, WaitCell::k_notified)) {
      if (sleeping == WaitCell::k_awake) return;  // it saw the flag before it slept
      sleeping = WaitCell::k_sleeping;
    }
    rescue(cell_);  // nobody called futex_wake
  });
  EXPECT_TRUE(park(cell_, now_ns() + k_long, [this] { return flag(); }));
  rescuer.join();
}

TEST_P(Waiting, IsAwakeAfterAnException) {
  int calls = 0;
  const auto throws = [&]() -> bool {
    if (++calls == 2) throw std::runtime_error("stop");
    return false;
  };
  EXPECT_THROW(park(cell_, no_deadline, throws), std::runtime_error);
  EXPECT_EQ(cell_.state, WaitCell::k_awake);
}

INSTANTIATE_TEST_SUITE_P(BothFences, Waiting, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "membarrier" : "full_fences"; });

}  // namespace
}  // namespace mpyx::memory
