#include "coordinator/lane_plan.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>

namespace mpyx::coordinator {
namespace {

constexpr std::size_t segment = std::size_t{1} << 30;
constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

LanePlan plan(std::size_t items, std::size_t bytes, std::size_t limit = segment) {
  detail::Blueprint blueprint;
  blueprint.channels.resize(2);
  for (auto& channel : blueprint.channels) channel.producers = {0};
  detail::Settings settings;
  settings.capacity_items = items;
  settings.capacity_bytes = bytes;
  return {blueprint, settings, limit};
}

void expect_sound(const ring::LaneShape& shape, std::uint64_t consumers) {
  EXPECT_TRUE(std::has_single_bit(shape.slots));
  EXPECT_GE(shape.limit_items, 1U);
  EXPECT_GE(shape.slots, shape.limit_items + consumers + 1);
}

TEST(LanePlan, KeepsACapacityThatFits) {
  for (const std::size_t items : {1, 2, 7, 1000, 1'000'000}) {
    const auto shape = plan(items, 0).shape(8, 1, 1);
    expect_sound(shape, 1);
    EXPECT_EQ(shape.limit_items, items);
  }
}

TEST(LanePlan, SharesOutACapacityAmongProducers) { EXPECT_EQ(plan(100, 0).shape(8, 4, 2).limit_items, 25U); }

TEST(LanePlan, TakesNoMoreThanItsShareOfTheSegment) {
  for (const std::size_t items : {std::size_t{1} << 24, std::size_t{1} << 31, (std::size_t{1} << 32) - 2,
                                  std::size_t{1} << 32, std::size_t{1} << 63, unlimited - 2, unlimited}) {
    for (const std::size_t item_size : {0, 8, 500, 5000}) {
      for (const std::size_t producers : {1, 3, 64}) {
        for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, unlimited}) {
          const auto shape = plan(items, bytes).shape(item_size, producers, 5);
          expect_sound(shape, 5);
          EXPECT_LE(shape.bytes() * producers, segment / 4) << items << ' ' << item_size << ' ' << producers;
        }
      }
    }
  }
}

TEST(LanePlan, WithoutABoundOnItemsTakesWhatTheBytesAllow) {
  const auto shape = plan(unlimited, std::size_t{16} << 20).shape(8, 1, 1);
  EXPECT_GE(shape.bytes(), std::size_t{4} << 20);
  EXPECT_LE(shape.bytes(), std::size_t{17} << 20);
  EXPECT_EQ(shape.limit_bytes, std::size_t{16} << 20);
  EXPECT_GE(plan(unlimited, 1).shape(8, 1, 1).limit_items, 1000U);
}

TEST(LanePlan, FindsRoomInTheSmallestSegment) {
  for (const std::size_t items : {std::size_t{0}, std::size_t{1}, unlimited}) {
    expect_sound(plan(items, 0, std::size_t{128} << 10).shape(8, 8, 3), 3);
  }
}

}  // namespace
}  // namespace mpyx::coordinator
