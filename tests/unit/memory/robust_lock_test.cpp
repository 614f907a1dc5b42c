#include "memory/robust_lock.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "child_process.hpp"
#include "memory/segment.hpp"

namespace mpyx::memory {
namespace {

class RobustLockTest : public ::testing::Test {
 protected:
  Segment segment_ = Segment::create(1 << 16);
  RobustLock& lock_ = *segment_.at<RobustLock>(1024);
  std::uint64_t& counter_ = *segment_.at<std::uint64_t>(2048);

  void count(std::uint16_t process, int times) {
    for (int i = 0; i < times; ++i) {
      const RobustLockGuard guard(lock_, process);
      ++counter_;
    }
  }
};

TEST_F(RobustLockTest, ExcludesThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([this] { count(1, 5000); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter_, 20'000u);
}

TEST_F(RobustLockTest, ExcludesProcesses) {
  ChildProcess child([this] {
    count(2, 20'000);
    return 0;
  });
  count(1, 20'000);
  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(counter_, 40'000u);
}

TEST_F(RobustLockTest, IsTakenFromTheDeadOnly) {
  ChildProcess child([this] {
    lock_.lock(2);
    return 0;
  });
  ASSERT_EQ(child.wait(), 0);
  lock_.lock_after(1, 2);
  std::thread third([this] { count(3, 1); });  // waits, as the holder lives
  counter_ = 10;
  lock_.unlock();
  third.join();
  EXPECT_EQ(counter_, 11u);
}

TEST_F(RobustLockTest, SleepersGoOnAfterTheNextInLineDies) {
  lock_.lock(1);
  ChildProcess sleeper([this] {
    lock_.lock(2);
    return 0;  // dies as the holder, or before it got the lock
  });
  std::thread survivor([this] { count(3, 1); });
  sleeper.kill();
  lock_.unlock();
  survivor.join();
  EXPECT_EQ(counter_, 1u);
}

}  // namespace
}  // namespace mpyx::memory
