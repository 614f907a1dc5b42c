#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "channel/inbox.hpp"

namespace mpyx::channel {

/// A frame on its way into or out of a SharedQueue: as ring::Taken, with room for its bytes.
struct QueuedFrame {
  static constexpr std::size_t max_payload = 248;

  std::uint16_t length = 0;
  std::uint8_t flags = 0;
  alignas(8) std::array<std::byte, max_payload> bytes;

  ring::Taken taken() const { return {.position = 0, .payload = bytes.data(), .length = length, .flags = flags}; }
};

/// A bounded queue for any number of putters and getters, in shared memory:
///
///     | SharedQueue | ...      slots: | length (2) flags (1) pad (5) | payload | ...
///
/// There are some slots more than its capacity, for items that come back.
/// All functions but size(), empty() and full() are called under the lock of the Wiring that it is part of.
/// Death: a slot counts from the store of `put` on, and until the store of `taken`; so whoever dies with the lock has put an
/// item wholly or not at all, and taken it or not.
class SharedQueue {
 public:
  /// Frames of at most `payload` bytes lie in the slots, larger ones in blocks of the arena.
  struct Shape {
    std::uint64_t capacity = 0;
    std::uint32_t payload = 0;

    static constexpr std::uint64_t spare = 16;

    std::uint64_t slots() const { return capacity == 0 ? 0 : capacity + spare; }
    std::size_t stride() const { return 8 + payload; }
    std::size_t bytes() const { return slots() * stride(); }
  };
  /// For items whose encoding has `item_size` bytes, 0 when that varies.
  static Shape shape(std::size_t capacity, std::size_t item_size);

  void format(const Shape& shape, memory::Offset slots);
  std::uint32_t payload() const { return shape_.payload; }

  bool push(const Domain& domain, const QueuedFrame& frame);
  bool pop(const Domain& domain, QueuedFrame& frame);
  /// What was popped and found no taker is the first again, also when others have filled the queue meanwhile; false when too
  /// many have come back.
  bool put_back(const Domain& domain, const QueuedFrame& frame);
  /// Everything that was put has been reported done.
  bool all_done() const { return done_ == put_.load(std::memory_order_relaxed); }
  /// False when more is reported done than was put.
  bool task_done();

  /// Snapshots, from any thread; partners of the release stores in push() and pop().
  std::uint64_t size() const {
    const std::uint64_t taken = taken_.load(std::memory_order_acquire);  // first: put is never behind it
    return put_.load(std::memory_order_acquire) - taken;
  }
  bool empty() const { return size() == 0; }
  bool full() const { return size() >= shape_.capacity; }

  /// Drops what is in it.
  void drain(Domain& domain);
  /// What `dead` had put must not be swept with its other memory.
  void keep_blocks_of(Domain& domain, std::uint16_t dead);

 private:
  void write(const Domain& domain, std::uint64_t position, const QueuedFrame& frame);
  std::byte* slot(const Domain& domain, std::uint64_t position) const {
    return domain.at<std::byte>(slots_) + position % shape_.slots() * shape_.stride();
  }

  Shape shape_;
  memory::Offset slots_;
  std::uint64_t done_;
  alignas(64) std::atomic<std::uint64_t> put_;
  alignas(64) std::atomic<std::uint64_t> taken_;
};

}  // namespace mpyx::channel
