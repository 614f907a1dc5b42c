#pragma once

#include <algorithm>
#include <cstddef>

#include "memory/arena.hpp"

/// Blocks that hold an array aligned to a cache line, whatever its size.
///
/// A block of less than 4 KiB is only 16-aligned, so where the array begins depends on the block's place in the segment. Its
/// size does not: it follows from the number of bytes that the block was asked for. Whoever copies such a block to another
/// one, perhaps on another host, copies the array, never the block from its beginning.
namespace mpyx::memory {

inline constexpr std::size_t k_array_alignment = 64;
inline constexpr std::size_t k_array_aligned_from = 4096;  // the arena aligns blocks of this size by itself
inline constexpr std::size_t k_array_slack = k_array_alignment - 16;

/// Where the array begins; the same for everybody, since the segment is mapped at page boundaries.
constexpr Offset array_begin(Offset block) noexcept {
  return (block + k_array_alignment - 1) / k_array_alignment * k_array_alignment;
}

/// What to ask the arena for so that an array of `bytes` fits.
constexpr std::size_t array_block_size(std::size_t bytes) noexcept {
  constexpr std::size_t padded_below = k_array_aligned_from - k_array_slack;
  return bytes < padded_below ? bytes + k_array_slack : std::max(bytes, k_array_aligned_from);
}

/// Bytes of the array in a block that was asked for with `block_size`; at least what array_block_size() was given, and the
/// same again in a block for an array of this size.
constexpr std::size_t array_size(std::size_t block_size) noexcept {
  if (block_size >= k_array_aligned_from) return block_size;
  return block_size - std::min(block_size, k_array_slack);
}

}  // namespace mpyx::memory
