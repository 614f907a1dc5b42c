#include "transport/held_item.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "memory/array_block.hpp"

namespace mpyx::transport {
namespace {

std::unique_ptr<channel::Domain> make_host() {
  auto segment = memory::Segment::create(std::size_t{1} << 24);
  memory::Arena::format(segment);
  return std::make_unique<channel::Domain>(std::move(segment), std::uint16_t{0});
}

TEST(HeldItem, CopiesArraysToWhereverTheirBlocksLie) {
  const auto here = make_host(), there = make_host();
  std::vector<HeldItem> kept;  // so that the blocks of one size lie everywhere within cache lines
  for (std::uint64_t bytes = 1; bytes < 4300; bytes += 7) {
    const std::array sizes{bytes};
    HeldItem from{*here, 0, 8, sizes, 8};
    auto* array = here->at<std::byte>(memory::array_begin(from.blocks()[0]));
    for (std::uint64_t i = 0; i < bytes; ++i) array[i] = static_cast<std::byte>(i * 31 + bytes);

    for (int round = 0; round < 3; ++round) {
      const std::array announced{std::uint64_t{from.block(0).size()}};
      HeldItem to{*there, 0, 8, announced, 8};
      ASSERT_EQ(to.block(0).size(), from.block(0).size()) << bytes;
      std::ranges::copy(from.block(0), to.block(0).begin());
      const auto* copy = there->at<std::byte>(memory::array_begin(to.blocks()[0]));
      ASSERT_TRUE(std::equal(array, array + bytes, copy)) << bytes;
      kept.push_back(std::move(to));
    }
  }
}

TEST(HeldItem, RefusesBlocksThatAreTooLarge) {
  const auto here = make_host();
  const std::size_t before = here->arena.used_blocks();
  for (const std::uint64_t bytes : {~std::uint64_t{0}, ~std::uint64_t{0} - 40, std::uint64_t{1} << 40}) {
    const std::array sizes{std::uint64_t{100}, bytes};
    EXPECT_THROW((HeldItem{*here, 0, 8, sizes, 8}), memory::OutOfMemory);
  }
  EXPECT_EQ(here->arena.used_blocks(), before);
}

}  // namespace
}  // namespace mpyx::transport
