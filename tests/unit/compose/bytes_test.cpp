#include <gtest/gtest.h>
#include <mpyx/detail/bytes.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace {

using mpyx::detail::copy_large;
using mpyx::detail::large_copy;

std::vector<unsigned char> pattern(std::size_t size) {
  std::vector<unsigned char> bytes(size);
  std::iota(bytes.begin(), bytes.end(), static_cast<unsigned char>(1));
  return bytes;
}

TEST(Bytes, LargeCopiesAreExactWhateverTheirPlaceAndSize) {
  constexpr std::size_t most = 400, guard = 64;
  const auto source = pattern(most + guard);
  for (std::size_t from = 0; from < 4; ++from) {
    for (std::size_t to = 0; to < guard; to += 7) {
      for (std::size_t size = 0; size <= most - guard; ++size) {
        std::vector<unsigned char> target(most + guard, 0);
        auto expected = target;
        std::copy_n(source.begin() + static_cast<std::ptrdiff_t>(from), size,
                    expected.begin() + static_cast<std::ptrdiff_t>(to));
        copy_large(reinterpret_cast<std::byte*>(target.data() + to),
                   reinterpret_cast<const std::byte*>(source.data() + from), size);
        ASSERT_EQ(target, expected) << from << " to " << to << ", " << size << " bytes";
      }
    }
  }
}

TEST(Bytes, AWriterCountsOnWhereLargeBytesDoNotFit) {
  const auto source = pattern(large_copy + 1);
  for (const std::size_t room : {large_copy - 1, large_copy, large_copy + 1, large_copy + 100}) {
    std::vector<std::byte> region(room);
    mpyx::detail::Writer writer{region};
    writer.write(source.data(), 1);
    writer.write(source.data() + 1, large_copy);
    EXPECT_EQ(writer.size(), large_copy + 1);
    ASSERT_EQ(writer.complete(), room > large_copy) << room;
    if (writer.complete()) {
      EXPECT_TRUE(std::equal(source.begin(), source.end(), reinterpret_cast<const unsigned char*>(region.data())));
    }
  }
}

}  // namespace
