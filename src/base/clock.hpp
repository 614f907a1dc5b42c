#pragma once

#include <time.h>

#include <cstdint>

namespace mpyx {

/// Nanoseconds of CLOCK_MONOTONIC: one time line for all processes of a host, the one futexes and steady_clock use.
inline std::int64_t now_ns() noexcept {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

}  // namespace mpyx
