#include "memory/wait.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace mpyx::memory {

namespace {

constexpr std::int64_t k_second = 1'000'000'000;

}  // namespace

bool wait_detail::futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t value, std::int64_t deadline) noexcept {
  timespec until{};
  timespec* limit = nullptr;
  if (deadline != no_deadline) {
    const std::int64_t positive = std::max<std::int64_t>(deadline, 0);
    until.tv_sec = static_cast<time_t>(positive / k_second);
    until.tv_nsec = static_cast<long>(positive % k_second);
    limit = &until;
  }
  // The bit-set form takes an absolute CLOCK_MONOTONIC time. Not the private form: the waker may be another process.
  const long result = ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT_BITSET, value, limit,
                                nullptr, FUTEX_BITSET_MATCH_ANY);
  return result == 0 || errno != ETIMEDOUT;  // woken, another value, or a signal: the caller looks again
}

void wait_detail::futex_wake(std::atomic<std::uint32_t>& word, int count) noexcept {
  ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE, count, nullptr, nullptr, 0);
}

bool wait_detail::notify(WaitCell& cell, std::uint32_t expected) noexcept {
  if (!cell.state.compare_exchange_strong(expected, WaitCell::k_notified, std::memory_order_seq_cst)) return false;
  futex_wake(cell.state, 1);
  return true;
}

bool interrupt(WaitCell& cell) noexcept {
  full_fence();  // partner: heavy_fence() in park(), full_fence() in nap()
  const std::uint32_t seen = cell.state.load(std::memory_order_seq_cst);
  // If the waiter changes the state meanwhile, it looks at ready() after that change, and the reason is published.
  return (seen == WaitCell::k_sleeping || seen == WaitCell::k_napping) && wait_detail::notify(cell, seen);
}

void rescue(WaitCell& cell) noexcept {
  interrupt(cell);
  // A waker that died between its CAS and its futex_wake leaves notified behind, and a waiter asleep in the kernel.
  wait_detail::futex_wake(cell.state, INT_MAX);
}

}  // namespace mpyx::memory
