#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "base/clock.hpp"
#include "memory/fences.hpp"

namespace mpyx::memory {

/// Where one thread waits; lives in the segment, zero-filled memory is a valid cell. One thread waits at a cell; any
/// thread of any process may wake it.
struct alignas(64) WaitCell {
  static constexpr std::uint32_t k_awake = 0;     // running; nobody has to do anything
  static constexpr std::uint32_t k_sleeping = 1;  // in park(): whoever publishes something must wake it
  static constexpr std::uint32_t k_notified = 2;  // somebody took it upon himself to wake it
  static constexpr std::uint32_t k_napping = 3;   // in nap(): comes back by itself; interrupt() and end_nap() hurry it

  std::atomic<std::uint32_t> state;
};
static_assert(std::is_standard_layout_v<WaitCell> && sizeof(WaitCell) == 64);
static_assert(std::atomic<std::uint32_t>::is_always_lock_free && sizeof(std::atomic<std::uint32_t>) == 4);

/// The deadline of a wait without one. Deadlines are values of now_ns().
inline constexpr std::int64_t no_deadline = std::numeric_limits<std::int64_t>::max();

/// Why no wake-up is lost. The waiter W and a waker K do
///
///     W1  state = sleeping                  K1  publish (whatever ready() reads)
///     W2  heavy_fence()                     K2  light_fence()
///     W3  ready()?                          K3  state == sleeping?  CAS sleeping -> notified, futex_wake
///     W4  futex_wait while state == sleeping
///
/// (1) W2 and K2 order like two full fences: not both can W3 miss K1 and K3 miss W1. With membarrier, W2 makes K run a
///     full barrier somewhere in its instruction stream: if before K3's load, K3 sees W1; if after it, K1 was before it
///     as well (K2 keeps the compiler from swapping them) and W3 sees K1.
/// (2) If K3 sees sleeping, its CAS either succeeds or finds that somebody else's succeeded, or that W is awake again.
///     In the first two cases the state is notified: W4 returns at once if it was not yet entered (the kernel compares
///     the state under the futex's own lock), else futex_wake ends it. In the third, W runs ready() again before W1.
/// (3) Only W writes awake, and only after it stopped waiting. A waker that is late finds awake, or the next round's
///     sleeping: then W wakes for nothing, sees that ready() is false and goes back to W1.
/// (4) If K dies between K1 and the end of K3, whoever watches processes calls rescue() on all cells.
/// tests/model/wait.pml is the model of this for Spin, with store buffers and the death of a waker.

namespace wait_detail {
/// Sleeps while the state is `value`, until `deadline`; false when the deadline has passed.
bool futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t value, std::int64_t deadline) noexcept;
void futex_wake(std::atomic<std::uint32_t>& word, int count) noexcept;
bool notify(WaitCell& cell, std::uint32_t expected) noexcept;
}  // namespace wait_detail

/// Waits at the caller's own cell until ready() or until the deadline; returns whether it is ready. `ready` must look
/// at everything that may end the wait (room, items, end-of-stream, stop): a wake-up has no memory of its own. It is
/// called several times and reads with acquire.
/// The state is awake afterwards, also when ready() throws.
template <class Predicate>
bool park(WaitCell& cell, std::int64_t deadline, Predicate ready) {
  struct Awake {  // the waker's CAS (release) is the partner of these loads; nobody reads other data through awake
    WaitCell& cell;
    ~Awake() { cell.state.store(WaitCell::k_awake, std::memory_order_relaxed); }
  };
  if (ready()) return true;
  for (;;) {
    Awake awake_at_end{cell};
    cell.state.store(WaitCell::k_sleeping, std::memory_order_relaxed);
    heavy_fence();
    if (ready()) return true;
    const bool in_time = wait_detail::futex_wait(cell.state, WaitCell::k_sleeping, deadline);
    if (ready()) return true;
    if (!in_time) return false;
  }
}

/// Waits until ready() without a deadline.
template <class Predicate>
void park(WaitCell& cell, Predicate ready) {
  while (!park(cell, no_deadline, ready)) {
  }
}

/// Sleeps at most `ns` without asking publishers to wake it: wake() leaves a napper alone. A reason of interrupt() that
/// `ready` looks at ends the nap at once, whatever the interleaving. Returns whether ready.
template <class Predicate>
bool nap(WaitCell& cell, std::int64_t ns, Predicate ready) {
  const std::int64_t deadline = now_ns() + ns;
  cell.state.store(WaitCell::k_napping, std::memory_order_relaxed);
  full_fence();  // partner: the full fence in interrupt(); cheap, since publishers need not take part
  const bool early = ready();
  if (!early) wait_detail::futex_wait(cell.state, WaitCell::k_napping, deadline);
  cell.state.store(WaitCell::k_awake, std::memory_order_relaxed);
  return early || ready();
}

inline void nap(WaitCell& cell, std::int64_t ns) {
  nap(cell, ns, [] { return false; });
}

/// After publishing and light_fence(): wakes the waiter if it sleeps. True if this call woke it. Hot path: one load.
inline bool wake(WaitCell& cell) noexcept {
  if (cell.state.load(std::memory_order_relaxed) != WaitCell::k_sleeping) [[likely]]
    return false;
  return wait_detail::notify(cell, WaitCell::k_sleeping);
}

/// Ends a nap, without any fence: may miss a nap that begins at this very moment, which then lasts its full time. For
/// publishers that notice a half-full inbox. True if this call ended it.
inline bool end_nap(WaitCell& cell) noexcept {
  if (cell.state.load(std::memory_order_relaxed) != WaitCell::k_napping) [[likely]]
    return false;
  return wait_detail::notify(cell, WaitCell::k_napping);
}

/// For stop and end-of-stream, after publishing the reason: wakes sleepers and nappers; brings its own fence.
bool interrupt(WaitCell& cell) noexcept;

/// After the death of any process that may have been about to wake this cell: wakes the waiter whatever the state says.
void rescue(WaitCell& cell) noexcept;

}  // namespace mpyx::memory
