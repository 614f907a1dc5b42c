#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "memory/arena.hpp"
#include "memory/offset.hpp"
#include "memory/robust_lock.hpp"

// How an arena looks in the segment. Everything is divided into spans of 64 KiB, numbered from heap_begin. A span is
// free, or holds small blocks of one size class, or belongs to a run of spans that is one large block.
//
//     small span: | bit per block (1: probably free) | block | block | ...    block: | BlockHead | data |
//     large run:  | data ................................... |                its BlockHead is in the span table

namespace mpyx::memory {

inline constexpr std::uint64_t k_span_shift = 16;
inline constexpr std::uint64_t k_span_bytes = 1ULL << k_span_shift;

/// A block's reference count and owner. count_owner is what decides whether the block is free; each change is one
/// read-modify-write, so no death can leave it half done.
struct BlockHead {
  std::atomic<std::uint64_t> count_owner;  // bits 0-31: references, 0 = free; bits 32-47: process
  std::atomic<std::uint64_t> node_size;    // bits 0-31: bytes asked for (small blocks); bits 32-63: node

  static constexpr std::uint64_t k_references = 0xffff'ffffULL;
  static constexpr std::uint64_t pack_count(std::uint32_t references, std::uint16_t process) noexcept {
    return std::uint64_t{references} | std::uint64_t{process} << 32;
  }
  static constexpr std::uint64_t pack_node(std::uint32_t node, std::uint32_t size) noexcept {
    return std::uint64_t{size} | std::uint64_t{node} << 32;
  }
  static constexpr std::uint32_t references(std::uint64_t count_owner) noexcept {
    return static_cast<std::uint32_t>(count_owner);
  }
  static constexpr std::uint16_t process(std::uint64_t count_owner) noexcept {
    return static_cast<std::uint16_t>(count_owner >> 32);
  }
  static constexpr std::uint32_t node(std::uint64_t node_size) noexcept {
    return static_cast<std::uint32_t>(node_size >> 32);
  }
  static constexpr std::uint32_t size(std::uint64_t node_size) noexcept {
    return static_cast<std::uint32_t>(node_size);
  }
};

/// Takes a dead owner's reference: the block becomes free, or nobody's if it is shared and `shared` says to keep it.
/// Returns whether it became free. One compare-and-swap, and afterwards the owner is another: so it may be repeated.
inline bool take_from_dead(BlockHead& block, std::uint16_t dead, SharedBlocks shared) noexcept {
  std::uint64_t seen = block.count_owner.load(std::memory_order_acquire);
  for (;;) {
    const std::uint32_t references = BlockHead::references(seen);
    if (references == 0 || BlockHead::process(seen) != dead) return false;
    const std::uint32_t left = shared == SharedBlocks::keep ? references - 1 : 0;
    if (block.count_owner.compare_exchange_weak(seen, BlockHead::pack_count(left, k_no_process),
                                                std::memory_order_seq_cst)) {
      return left == 0;
    }
  }
}

enum class SpanKind : std::uint8_t { none = 0, small = 1, large = 2 };

/// One span's row in the span table. `head` is what decides what the span is; it is written in one store.
struct SpanEntry {
  std::atomic<std::uint64_t> head;  // bits 0-7: SpanKind; bits 8-15: size class; bits 16-63: spans of a large run
  BlockHead block;                  // of a large run
  std::atomic<std::uint64_t> size;  // of a large run: bytes asked for

  static constexpr std::uint64_t pack(SpanKind kind, std::size_t size_class, std::uint64_t spans) noexcept {
    return static_cast<std::uint64_t>(kind) | std::uint64_t{size_class} << 8 | spans << 16;
  }
  static constexpr SpanKind kind(std::uint64_t head) noexcept { return static_cast<SpanKind>(head & 0xff); }
  static constexpr std::size_t size_class(std::uint64_t head) noexcept { return (head >> 8) & 0xff; }
  static constexpr std::uint64_t spans(std::uint64_t head) noexcept { return head >> 16; }
};
static_assert(sizeof(BlockHead) == 16 && sizeof(SpanEntry) == 32);

/// The arena's own part of the segment; zero-filled memory is valid where nothing else is said.
struct ArenaState {
  // Written by format() only.
  std::uint64_t heap_begin;     // offset of span 0
  std::uint64_t span_count;     // spans up to the limit
  Offset entries;               // SpanEntry[span_count]
  Offset busy;                  // a bit per span, 1: not free; under the lock
  Offset open;                  // per chapter and size class a bit per span, 1: probably has free blocks
  std::uint64_t chapter_shift;  // log2 of the spans per chapter

  // Written under the lock. Each is stored after what it promises is there (release; partners: acquire loads).
  alignas(64) RobustLock lock;
  std::atomic<std::uint64_t> tabled;  // spans whose rows and bits are backed by memory
  std::atomic<std::uint64_t> top;     // spans from here on were never used: not busy, entries zero
  std::atomic<std::uint64_t> lowest;  // no span below is free
  std::atomic<std::uint64_t> sweeps;  // how often blocks were taken from dead processes
};
inline constexpr Offset k_state_offset = 256;

/// One size class: `count` blocks of `stride` bytes from `first` on; the data starts `gap` bytes into the block.
struct SizeClass {
  std::uint32_t stride;
  std::uint32_t first;
  std::uint32_t gap;
  std::uint32_t count;
  constexpr std::uint32_t capacity() const noexcept { return stride - gap; }
  constexpr std::uint32_t words() const noexcept { return (count + 63) / 64; }
};

inline constexpr std::uint32_t k_aligned_from = 4096;  // data of this size is aligned to a cache line

constexpr SizeClass make_class(std::uint32_t stride) noexcept {
  const std::uint32_t gap = stride >= k_aligned_from ? 64 : 16;
  std::uint32_t count = static_cast<std::uint32_t>(k_span_bytes) / stride;
  for (;; --count) {
    const std::uint32_t first = ((count + 63) / 64 * 8 + 63) / 64 * 64;
    if (first + count * stride <= k_span_bytes) return {stride, first, gap, count};
  }
}

// Four steps per doubling while that wastes little of a span; then what divides a span into 12, 9, 7, 6, 5, 4, 3, 2.
// A stride in [4096, 4160) would be too short for 4,096 aligned bytes, so there is none.
inline constexpr std::array k_size_classes = {
    make_class(32),    make_class(48),    make_class(64),        make_class(80),    make_class(96),   make_class(112),
    make_class(128),   make_class(160),   make_class(192),       make_class(224),   make_class(256),  make_class(320),
    make_class(384),   make_class(448),   make_class(512),       make_class(640),   make_class(768),  make_class(896),
    make_class(1040),  make_class(1280),  make_class(1536),      make_class(1792),  make_class(2064), make_class(2560),
    make_class(3072),  make_class(3584),  make_class(4096 + 64), make_class(5440),  make_class(7232), make_class(9344),
    make_class(10880), make_class(13056), make_class(16320),     make_class(21824), make_class(32704)};

inline constexpr std::size_t k_largest_small = k_size_classes.back().capacity();

/// Index of the smallest class for `bytes` <= k_largest_small; a table by 16-byte steps answers the frequent sizes.
constexpr std::size_t search_class(std::size_t bytes) noexcept {
  std::size_t index = 0;
  while (k_size_classes[index].capacity() < bytes) ++index;
  return index;
}

inline constexpr auto k_class_by_16 = [] {
  std::array<std::uint8_t, 4096 / 16 + 1> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<std::uint8_t>(search_class(i * 16));
  return table;
}();

inline std::size_t class_of(std::size_t bytes) noexcept {
  return bytes <= 4096 ? k_class_by_16[(bytes + 15) / 16] : search_class(bytes);
}

}  // namespace mpyx::memory
