#pragma once

#include <cstdint>

namespace mpyx::memory {

/// Bytes from the start of the host's segment. Processes map the segment at different addresses, so whatever lives in
/// it refers to its neighbours by Offset, never by pointer.
using Offset = std::uint64_t;

/// Refers to nothing; the segment's own header is at 0, so no block ever is.
inline constexpr Offset null_offset = 0;

/// The next multiple of `unit`.
constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) noexcept {
  return (value + unit - 1) / unit * unit;
}

}  // namespace mpyx::memory
