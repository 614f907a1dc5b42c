#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "ring/consumer.hpp"
#include "ring/producer.hpp"

namespace mpyx::ring {

/// A lane in ordinary memory with a producer that puts numbers.
struct LaneRig {
  explicit LaneRig(const LaneShape& shape)
      : memory{static_cast<std::byte*>(std::aligned_alloc(64, (shape.bytes() + 63) / 64 * 64)), &std::free},
        lane{*format_lane(memory.get(), shape)},
        producer{lane} {}

  bool put(std::uint64_t value, std::uint64_t block_bytes = 0) {
    if (!producer.has_room()) return false;
    std::memcpy(producer.payload(), &value, sizeof value);
    producer.publish(0, sizeof value, block_bytes);
    return true;
  }
  void put_all(std::uint64_t from, std::uint64_t to) {
    for (; from < to; ++from) ASSERT_TRUE(put(from));
  }

  std::unique_ptr<std::byte, void (*)(void*)> memory;
  Lane& lane;
  Producer producer;
};

inline std::uint64_t value_of(const Taken& item) {
  std::uint64_t value = 0;
  std::memcpy(&value, item.payload, sizeof value);
  return value;
}

/// Takes one and gives it back; ~0 when there is none.
inline std::uint64_t consume(Consumer& consumer) {
  const auto item = consumer.take();
  if (!item) return ~std::uint64_t{0};
  const std::uint64_t value = value_of(*item);
  consumer.release(*item);
  return value;
}

inline constexpr std::uint64_t nothing = ~std::uint64_t{0};

}  // namespace mpyx::ring
