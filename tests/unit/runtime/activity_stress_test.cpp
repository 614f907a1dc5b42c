#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "runtime/activity.hpp"
#include "runtime/snapshot.hpp"

namespace mpyx::runtime {
namespace {

// The writer's time stands still but in enter(), where each phase takes 10: so whoever reads a torn state sees sums that do
// not fit the phase.
TEST(ActivityStress, ReaderSeesOneMomentWholly) {
  Activity activity{};
  std::atomic<bool> stop{false};
  std::thread writer{[&] {
    std::int64_t now = 0;
    activity.enter(Phase::process, memory::null_offset, now);
    while (!stop.load(std::memory_order_relaxed)) {
      activity.enter(Phase::starving, 64, now += 10);
      activity.enter(Phase::blocked, 128, now += 10);
      activity.enter(Phase::process, memory::null_offset, now += 10);
    }
  }};
  int whole = 0;
  for (int i = 0; i < 300'000 || whole < 1000; ++i) {  // most find the writer inside enter(), where it always is
    const auto read = read_whole(activity, 0);
    if (!read || read->doing() == Phase::waiting_to_start) continue;
    const NodeSnapshot& seen = *read;
    ++whole;
    const std::int64_t rounds = seen.blocked_ns;
    switch (seen.doing()) {
      case Phase::process:
        EXPECT_EQ(seen.busy_ns, rounds);
        EXPECT_EQ(seen.starved_ns, rounds);
        EXPECT_EQ(seen.waits.number, 0U);
        break;
      case Phase::starving:
        EXPECT_EQ(seen.busy_ns, rounds + 10);
        EXPECT_EQ(seen.starved_ns, rounds);
        EXPECT_EQ(seen.waits.number, 64U);
        break;
      default:
        EXPECT_EQ(seen.busy_ns, rounds + 10);
        EXPECT_EQ(seen.starved_ns, rounds + 10);
        EXPECT_EQ(seen.waits.number, 128U);
    }
  }
  stop.store(true);
  writer.join();
}

}  // namespace
}  // namespace mpyx::runtime
