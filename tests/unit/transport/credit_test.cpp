#include "transport/credit.hpp"

#include <gtest/gtest.h>

namespace mpyx::transport {
namespace {

constexpr std::int64_t ms = 1'000'000;

std::uint64_t fill(Credit& credit, std::int64_t now, std::uint64_t bytes = 8, bool large = false) {
  std::uint64_t sent = 0;
  for (; credit.allows(); ++sent) credit.sent(bytes, large, now);
  return sent;
}

TEST(Credit, AllowsNothingBeforeItIsOpened) {
  Credit credit{4, true};
  EXPECT_FALSE(credit.allows());
}

TEST(Credit, BeginsWithTwoItemsForEachConsumer) {
  Credit credit{4, true};
  credit.open({});
  EXPECT_EQ(fill(credit, 0), 8u);
}

TEST(Credit, GivesAllAtOnceWhenNobodyElseConsumes) {
  Credit credit{4, false};
  credit.open({.items = 1000});
  EXPECT_EQ(fill(credit, 0), 1000u);
  credit.claimed(10, ms, ms);
  EXPECT_EQ(fill(credit, ms), 10u);
}

TEST(Credit, BoundsBytesSaveForOneItem) {
  Credit credit{1, false};
  credit.open({.items = 1000, .small_bytes = 100, .large_bytes = 1000});
  EXPECT_EQ(fill(credit, 0, 30), 4u);
  credit.claimed(4, ms, ms);
  EXPECT_EQ(fill(credit, ms, 5000, true), 1u);
  credit.claimed(5, 2 * ms, ms);
  EXPECT_TRUE(credit.allows());
}

TEST(Credit, FillsALongWayWithSmallItemsUpToABound) {
  for (const auto& [way, times] : {std::pair{ms, 1U}, {10 * ms, 5U}, {1000 * ms, 8U}}) {
    Credit credit{1, false};
    credit.open({.items = 100, .small_bytes = 800, .large_bytes = 1000});
    EXPECT_EQ(fill(credit, 0), 100u);
    credit.claimed(100, 50 * way, way);  // by slow consumers
    EXPECT_EQ(fill(credit, 50 * way), 100u * times);
    credit.claimed(100 + 100 * times, 99 * way, way);
    EXPECT_EQ(fill(credit, 99 * way, 500, true), 2u) << "large items are not multiplied";
  }
}

TEST(Credit, GivesFastConsumersMoreThanTheyClaimWhileNobodyLooks) {
  for (const auto& [period, times] : {std::pair{10 * ms, 1U}, {ms, 3U}, {ms / 4, 8U}}) {
    Credit credit{1, false};
    credit.open({.items = 1'000'000, .small_bytes = 800});
    std::int64_t now = 0;
    for (std::uint64_t total = 100; total <= 2000; total += 100) {
      now += period;
      fill(credit, now);
      credit.claimed(total, now, 0);
    }
    fill(credit, now);
    EXPECT_EQ(credit.outstanding(), 100U * times) << period;
  }
}

TEST(Credit, GivesLargeItemsALimitOfTheirOwnThatGrowsWithTheWay) {
  for (const auto& [way, times] : {std::pair{ms / 10, 1U}, {ms, 3U}, {10 * ms, 21U}, {1000 * ms, 64U}}) {
    Credit credit{1, false};
    credit.open({.large_items = 10});
    EXPECT_EQ(fill(credit, 0, 2000, true), 10u);
    credit.claimed(10, way, way);
    EXPECT_EQ(fill(credit, way, 2000, true), 10u * times);
  }
}

TEST(Credit, KeepsAFixedLimitOverAnyWay) {
  for (const bool shared : {false, true}) {
    for (const std::uint64_t bytes : {8U, 5000U}) {
      Credit credit{4, shared};
      credit.open({.items = 5, .large_items = 5, .fixed = 1});
      std::uint64_t sent = 0;
      for (std::int64_t now = 0; now < 5000 * ms; now += 100 * ms) {
        sent += fill(credit, now, bytes, bytes > 1024);
        EXPECT_EQ(credit.outstanding(), 5u);
        credit.claimed(sent, now + 100 * ms, 100 * ms);
      }
    }
  }
}

TEST(Credit, FollowsAFastConsumerOverALongWay) {
  Credit credit{1, true};
  credit.open({});
  const std::int64_t round_trip = 10 * ms;
  std::uint64_t sent = 0;
  int rounds = 0;
  for (std::int64_t now = 0; credit.window() < 10'000; now += round_trip) {
    sent += fill(credit, now);
    credit.claimed(sent, now + round_trip, round_trip);
    ASSERT_LT(++rounds, 20);
  }
}

TEST(Credit, FollowsAFastConsumerOverAShortWay) {
  Credit credit{1, true};
  credit.open({});
  std::uint64_t sent = 0, claimed = 0;
  std::int64_t now = 0;
  for (; now < 20 * ms && credit.window() < 1000; now += 20'000) {
    sent += fill(credit, now);
    claimed = sent;
    credit.claimed(claimed, now + 20'000, 20'000);
  }
  EXPECT_LT(now, 20 * ms);
}

TEST(Credit, GivesNoMoreForASingleClaim) {
  Credit credit{1, true};
  credit.open({});
  fill(credit, 0);
  credit.claimed(1, ms, 4 * ms);
  EXPECT_EQ(credit.window(), 2u);
}

TEST(Credit, KeepsASlowConsumerShort) {
  Credit credit{1, true};
  credit.open({});
  std::uint64_t claimed = 0;
  for (std::int64_t now = 0; now < 1000 * ms; now += 50 * ms) {
    fill(credit, now);
    credit.claimed(++claimed, now + 50 * ms, ms);
    EXPECT_LE(credit.window(), 3u);
  }
}

TEST(Credit, ShrinksWhenAConsumerBecomesSlow) {
  Credit credit{1, true};
  credit.open({});
  std::uint64_t claimed = 0;
  std::int64_t now = 0;
  for (; now < 100 * ms; now += ms) {
    fill(credit, now);
    claimed += credit.outstanding();
    credit.claimed(claimed, now + ms, ms);
  }
  EXPECT_GT(credit.window(), 1000u);
  for (int i = 0; i < 40; ++i, now += 50 * ms) {
    fill(credit, now);
    credit.claimed(++claimed, now + 50 * ms, ms);
  }
  EXPECT_LE(credit.window(), 3u);
}

TEST(Credit, CountsWhatCameBack) {
  Credit credit{1, false};
  credit.open({.items = 10});
  EXPECT_EQ(fill(credit, 0), 10u);
  credit.claimed(4, ms, ms);
  credit.returned(6);
  EXPECT_TRUE(credit.settled());
  credit.returned(1);  // what was never sent changes nothing
  EXPECT_EQ(fill(credit, ms), 10u);
}

}  // namespace
}  // namespace mpyx::transport
