#pragma once

#include <gtest/gtest.h>
#include <mpyx/serialize.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace mpyx_test {

inline std::vector<std::byte> encoded(const auto& value) {
  mpyx::detail::Writer count{{}};
  mpyx::detail::encode(value, count);
  std::vector<std::byte> bytes(count.size());
  mpyx::detail::Writer writer{bytes};
  mpyx::detail::encode(value, writer);
  EXPECT_TRUE(writer.complete());
  return bytes;
}

template <class T>
T round_trip(const T& value) {
  const auto bytes = encoded(value);
  mpyx::detail::Reader reader{bytes};
  T copy = mpyx::detail::decode<T>(reader);
  EXPECT_EQ(reader.left(), 0U);
  for (std::size_t size = 0; size < bytes.size() && size < 64;
       ++size) {  // every shorter text is refused, none is trusted
    mpyx::detail::Reader cut{std::span{bytes}.first(size)};
    EXPECT_ANY_THROW((void)mpyx::detail::decode<T>(cut)) << size << " of " << bytes.size();
  }
  return copy;
}

struct Padded {
  char letter = 0;
  double value = 0;
  short small = 0;
  bool operator==(const Padded&) const = default;
};
struct WithArray {
  std::array<int, 3> numbers{};
  char text[5] = {};
  bool operator==(const WithArray&) const = default;
};
}  // namespace mpyx_test
