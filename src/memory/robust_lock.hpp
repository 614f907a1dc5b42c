#pragma once

#include <atomic>
#include <cstdint>

namespace mpyx::memory {

/// A lock in shared memory whose word says which process holds it: 0 when free, else process number + 1, with the top
/// bit set when somebody may sleep for it. If the holder's process dies, lock_after() can take the lock from it; what
/// the lock protects must be repairable then. Zero-filled memory is a free lock.
class RobustLock {
 public:
  void lock(std::uint16_t process) noexcept { lock_after(process, k_nobody); }

  /// As lock(), and also takes the lock from `dead`, a process that is gone for certain.
  void lock_after(std::uint16_t process, std::uint16_t dead) noexcept { acquire(process + 1U, dead + 1U); }

  void unlock() noexcept;

 private:
  static constexpr std::uint32_t k_waiters = 1U << 31;
  static constexpr std::uint16_t k_nobody = 0xffff;

  void acquire(std::uint32_t self, std::uint32_t dead) noexcept;
  bool try_acquire(std::uint32_t value, std::uint32_t dead) noexcept;

  std::atomic<std::uint32_t> word_;
};

/// Holds a RobustLock for a scope.
class RobustLockGuard {
 public:
  RobustLockGuard(RobustLock& lock, std::uint16_t process) noexcept : lock_(lock) { lock_.lock(process); }
  RobustLockGuard(RobustLock& lock, std::uint16_t process, std::uint16_t dead) noexcept : lock_(lock) {
    lock_.lock_after(process, dead);
  }
  RobustLockGuard(const RobustLockGuard&) = delete;
  RobustLockGuard& operator=(const RobustLockGuard&) = delete;
  ~RobustLockGuard() { lock_.unlock(); }

 private:
  RobustLock& lock_;
};

}  // namespace mpyx::memory
