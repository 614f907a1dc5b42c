#pragma once

#include <atomic>
#include <cstdint>

#include "channel/inbox.hpp"

namespace mpyx::channel {

/// Tags of items that belong to no input: put from setup() and from teardown().
inline constexpr std::uint64_t tag_first = ~std::uint64_t{0} - 1;
inline constexpr std::uint64_t tag_last = ~std::uint64_t{0};

/// The count behind a Seq or Zip, in the host's shared memory: at its home, the host of its entry and exit, and a branch on
/// every other host with nodes inside. A branch counts what is there, has no entry and no exit, and is looked after by the
/// courier, which keeps home's count above zero while anything of an input is elsewhere (transport/gate_account.hpp).
///
/// Invariants
///  1. Input n is open from enter() until the exit releases it; at most `window` are open. Its counter is the number of
///     items of n under way between entry and exit, plus one while the entry still puts.
///  2. An item counts from before it is published (add) until the call that processed it has returned (done), or until the
///     exit has taken it. What that call puts counts before the call is done. So once the counter is zero after enter(), it
///     stays zero: nothing of n can come any more.
///  3. Only the exit writes `released`, in order; only the entry writes `entered`.
///  4. `kept_bytes`, written by the exit alone, is what it keeps of open inputs until their turn comes. The entry lets
///     nothing in while that is `most_bytes` or more, unless no input is open. That cannot lock up: what is inside goes on
///     without the entry, and the exit always accepts, so the oldest open input becomes complete and is released, and so
///     on: until the exit keeps less, or no input is open.
///  5. Whoever brings a counter to zero wakes the exit; the exit wakes the entry when it releases or keeps less. In a branch it wakes the courier, and says
///     in `zeroed` where to look.
struct Gate {
  static constexpr std::uint64_t default_most_bytes = std::uint64_t{64} << 20;

  std::uint64_t window;      ///< power of two
  std::uint64_t most_bytes;  ///< overshoots by what is inside already
  memory::Offset entry_cell;
  memory::Offset exit_cell;
  std::uint32_t branch;
  alignas(64) std::atomic<std::uint64_t> entered;
  alignas(64) std::atomic<std::uint64_t> released;
  std::atomic<std::uint64_t> kept_bytes;
  alignas(64) std::atomic<std::uint64_t> zeroed;  ///< branch: a bit for each of 64 groups of counters

  static memory::Offset create(Domain& domain, std::uint64_t window, memory::Offset entry_cell,
                               memory::Offset exit_cell);
  /// `courier`: its cell. `window` as at home, a multiple of 64.
  static memory::Offset create_branch(Domain& domain, std::uint64_t window, memory::Offset courier);

  bool has_room() const {
    const std::uint64_t open = entered.load(std::memory_order_relaxed) - released.load(std::memory_order_acquire);
    return open == 0 || (open < window && kept_bytes.load(std::memory_order_relaxed) < most_bytes);
  }
  /// By the entry, after has_room(): the number of the next input, which counts one until done().
  std::uint64_t enter();
  void add(std::uint64_t tag) {
    if (tag < tag_first) counter(tag).fetch_add(1, std::memory_order_relaxed);
  }
  void done(Domain& domain, std::uint64_t tag);
  /// Items of input `tag` here. acquire: at zero everything that was done about it is seen.
  std::int64_t count(std::uint64_t tag) { return counter(tag).load(std::memory_order_acquire); }
  std::uint64_t slot(std::uint64_t tag) const { return tag & (window - 1); }
  std::uint64_t group_size() const { return window / 64; }
  /// By the exit: nothing of the oldest open input is under way any more.
  bool complete() {
    const std::uint64_t next = released.load(std::memory_order_relaxed);
    return next < entered.load(std::memory_order_acquire) && count(next) == 0;
  }
  /// By the exit: it keeps so much more, or less.
  void keep(std::uint64_t bytes) { kept_bytes.fetch_add(bytes, std::memory_order_relaxed); }
  void give_on(Domain& domain, std::uint64_t bytes);
  void release(Domain& domain);

 private:
  std::atomic<std::int64_t>& counter(std::uint64_t tag) {
    return reinterpret_cast<std::atomic<std::int64_t>*>(this + 1)[slot(tag)];
  }
};

}  // namespace mpyx::channel
