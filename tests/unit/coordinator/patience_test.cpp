#include "coordinator/patience.hpp"

#include <gtest/gtest.h>

namespace mpyx::coordinator {
namespace {

constexpr std::int64_t a_second = 1'000'000'000;

int looks(Patience& patience, bool stopped, int most) {
  for (int i = 1; i <= most; ++i) {
    if (patience.ends(stopped)) return i;
  }
  return 0;
}

TEST(Patience, EndsAfterItsTimeOfBeingStoppedAndBeginsAgain) {
  Patience patience{10 * a_second};
  EXPECT_EQ(patience.look_every(), std::chrono::seconds{1});
  EXPECT_EQ(looks(patience, false, 100), 0);
  EXPECT_EQ(looks(patience, true, 9), 0);
  EXPECT_EQ(looks(patience, false, 1), 0);
  EXPECT_EQ(looks(patience, true, 100), 10);
  EXPECT_EQ(looks(patience, true, 100), 10);
}

TEST(Patience, LooksOftenWhenItsTimeIsShort) {
  Patience patience{a_second / 2};
  EXPECT_EQ(patience.look_every(), std::chrono::milliseconds{50});
  EXPECT_EQ(looks(patience, true, 100), 10);
}

TEST(Patience, NeverEndsWithoutATime) {
  Patience patience{0};
  EXPECT_EQ(looks(patience, true, 10'000), 0);
}

}  // namespace
}  // namespace mpyx::coordinator
