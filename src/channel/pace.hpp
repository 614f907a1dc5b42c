#pragma once

#include <algorithm>
#include <cstdint>

namespace mpyx::channel {

/// How fast items come to a thread that waits for them, and how it had better wait. Used by that thread.
///
/// Waking a sleeper costs both sides some 10 microseconds, so who is fed fast naps unwoken for a while and finds several items
/// at once; a lone item always wakes. Where every busy thread has a core of its own, spinning for an item that is due is the
/// fastest of all; elsewhere it keeps the next item from being made, and so does every wake-up.
class Pace {
 public:
  /// `fast`: ns, the mean time between items below which it naps.
  Pace(std::int64_t fast, std::int64_t now) : fast_{fast}, last_wait_{now}, gap_{slow()} {}

  /// A wait is over, before which `items` came since the last one.
  void waited(std::int64_t items, std::int64_t now) {
    // From the end of one wait to the end of the next, so that the silence before an item counts. One item says little.
    items = std::max<std::int64_t>(items, 1);
    const std::int64_t gap = std::min((now - last_wait_) / items, slow());
    gap_ += (gap - gap_) * std::min<std::int64_t>(items, 4) / 4;
    last_wait_ = now;
  }
  bool is_fast() const { return gap_ <= fast_; }

  /// ns to spin before anything else: as long as the next item is expected to take, if that is cheaper than to sleep.
  std::int64_t spin(bool crowded) const {
    const std::int64_t expected = 2 * gap_;
    return crowded || expected > long_spin ? short_spin : std::max(expected, short_spin);
  }
  /// ns to nap when fed fast.
  static std::int64_t nap(bool crowded) { return crowded ? crowded_nap : short_nap; }
  /// The same for who is told nothing meanwhile: no longer than so many items take to come.
  std::int64_t nap(bool crowded, std::int64_t items) const { return std::min(nap(crowded), items * gap_); }

 private:
  /// The most that counts, so that one silence ends no stream and a few items make one.
  std::int64_t slow() const { return 2 * fast_; }

  static constexpr std::int64_t short_nap = 200'000;
  static constexpr std::int64_t crowded_nap = 1'000'000;
  static constexpr std::int64_t short_spin = 300;
  static constexpr std::int64_t long_spin = 100'000;

  std::int64_t fast_;
  std::int64_t last_wait_;
  std::int64_t gap_;
};

}  // namespace mpyx::channel
