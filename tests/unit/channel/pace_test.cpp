#include "channel/pace.hpp"

#include <gtest/gtest.h>

namespace mpyx::channel {
namespace {

constexpr std::int64_t us = 1'000;
constexpr std::int64_t ms = 1'000'000;

/// A consumer that finds `items` after each wait, one wait every `period`.
class Fed {
 public:
  void take(int waits, std::int64_t period, std::int64_t items = 1) {
    for (int i = 0; i < waits; ++i) pace_.waited(items, now_ += period);
  }
  Pace& pace() { return pace_; }

 private:
  std::int64_t now_ = 0;
  Pace pace_{200 * us, 0};
};

TEST(Pace, ALoneItemNeverCountsAsFast) {
  Fed fed;
  EXPECT_FALSE(fed.pace().is_fast());
  fed.take(10, 5 * ms);
  EXPECT_FALSE(fed.pace().is_fast());
  fed.take(2, 10 * us);  // two in a row, after a silence
  EXPECT_FALSE(fed.pace().is_fast());
}

TEST(Pace, AFewItemsInARowMakeAStreamAndTwoSilencesEndIt) {
  Fed fed;
  fed.take(8, 20 * us);
  EXPECT_TRUE(fed.pace().is_fast());
  fed.take(1, 100 * ms);
  EXPECT_TRUE(fed.pace().is_fast()) << "a dear item in between";
  fed.take(1, 100 * ms);
  EXPECT_FALSE(fed.pace().is_fast());
}

TEST(Pace, OneThatNapsStillKnowsTheItemsBetween) {
  Fed fed;
  fed.take(20, ms, 15);
  EXPECT_TRUE(fed.pace().is_fast());
  fed.take(20, ms, 2);
  EXPECT_FALSE(fed.pace().is_fast());
}

TEST(Pace, SpinsForAnItemThatIsDueWhereACoreIsFree) {
  Fed fed;
  const std::int64_t little = fed.pace().spin(false);
  EXPECT_LT(little, us) << "nothing is due";
  fed.take(20, 2 * us);
  EXPECT_GE(fed.pace().spin(false), 4 * us);
  EXPECT_EQ(fed.pace().spin(true), little) << "others need the core";
  fed.take(20, 100 * us);
  EXPECT_EQ(fed.pace().spin(false), little) << "to sleep is cheaper";
}

TEST(Pace, NapsLongerWhereEachWakeUpTakesACoreFromAnother) { EXPECT_GT(Pace::nap(true), Pace::nap(false)); }

}  // namespace
}  // namespace mpyx::channel
