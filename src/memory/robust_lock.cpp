#include "memory/robust_lock.hpp"

#include "base/clock.hpp"
#include "base/fence.hpp"
#include "memory/wait.hpp"

namespace mpyx::memory {

namespace {

constexpr int k_spins = 100;
constexpr std::int64_t k_look_again = 10'000'000;  // 10 ms

}  // namespace

bool RobustLock::try_acquire(std::uint32_t value, std::uint32_t dead) noexcept {
  std::uint32_t seen = word_.load(std::memory_order_relaxed);
  if (seen != 0 && (seen & ~k_waiters) != dead) return false;
  // Acquire: partner of the release in unlock(). A dead holder's writes need no order: repairing trusts single words.
  return word_.compare_exchange_strong(seen, value | (seen & k_waiters), std::memory_order_acquire);
}

void RobustLock::acquire(std::uint32_t self, std::uint32_t dead) noexcept {
  for (int i = 0; i < k_spins; ++i) {
    if (try_acquire(self, dead)) return;
    spin_pause();
  }
  // Whoever has slept keeps the mark, since others may sleep as well. A process may die after it was woken, or between
  // giving the lock up and waking the next: so nobody sleeps longer than k_look_again.
  while (!try_acquire(self | k_waiters, dead)) {
    std::uint32_t seen = word_.load(std::memory_order_relaxed);
    if (seen == 0 || (seen & ~k_waiters) == dead) continue;
    if ((seen & k_waiters) == 0 && !word_.compare_exchange_strong(seen, seen | k_waiters, std::memory_order_relaxed)) {
      continue;
    }
    wait_detail::futex_wait(word_, seen | k_waiters, now_ns() + k_look_again);
  }
}

void RobustLock::unlock() noexcept {
  const std::uint32_t seen = word_.exchange(0, std::memory_order_release);
  if ((seen & k_waiters) != 0) wait_detail::futex_wake(word_, 1);
}

}  // namespace mpyx::memory
