#include "transport/credit.hpp"

#include <algorithm>

namespace mpyx::transport {

namespace {
constexpr std::int64_t shortest_sample = 200'000;  // ns
constexpr std::int64_t long_pause = 1'000'000;     // without anything outstanding: what follows is a new stream
constexpr std::int64_t slack =
    5'000'000;  // what a consumer may claim while couriers rest; more of it where items are cheap
constexpr std::int64_t short_way = 2'000'000;  // ns, there and back
constexpr std::int64_t longest_reach = 8;
constexpr std::int64_t large_way =
    500'000;  // ns, there and back, for each further limit of larger items: 2 GB/s at least
constexpr std::int64_t longest_large_reach = 64;

std::uint64_t times(std::int64_t round_trip, std::int64_t way, std::int64_t most) {
  return static_cast<std::uint64_t>(std::clamp<std::int64_t>(round_trip / way, 1, most));
}
}  // namespace

void Credit::open(const Limits& limits) {
  limits_ = limits;
  for (auto* each : {&limits_.items, &limits_.large_items, &limits_.small_bytes, &limits_.large_bytes}) {
    *each = std::clamp<std::uint64_t>(*each, 1, std::uint64_t{1} << 40U);
  }
  open_ = true;
  set_window(0);
}

void Credit::set_window(std::int64_t round_trip) {
  const double under_way = small_rate_ * static_cast<double>(2 * round_trip + short_way);
  const auto fast = static_cast<std::uint64_t>(under_way / static_cast<double>(limits_.small_bytes)) + 1;
  reach_ = std::clamp<std::uint64_t>(fast, times(round_trip, short_way, longest_reach), longest_reach);
  const std::uint64_t most = limits_.items * (limits_.fixed != 0 ? 1 : reach_);
  most_large_ =
      limits_.large_items * (limits_.fixed != 0 ? 1 : times(round_trip + large_way, large_way, longest_large_reach));
  const double on_the_way = rate_ * static_cast<double>(2 * round_trip + slack);
  const double wanted = 2.0 * std::max(consumers_, 1U) + on_the_way;
  window_ = shared_ && wanted < static_cast<double>(most) ? static_cast<std::uint64_t>(wanted) : most;
}

void Credit::sent(std::uint64_t bytes, bool large, std::int64_t now) {
  if (outstanding() == 0 && now - dry_since_ > long_pause) {
    mark_ = now;
    mark_claimed_ = claimed_;
  }
  ++sent_;
  (large ? large_bytes_ : small_bytes_) += bytes;
  if (large) ++large_items_;
  if (!costs_.empty() && costs_.back().bytes == bytes && costs_.back().large == large) {
    ++costs_.back().items;
  } else {
    costs_.push_back({1, bytes, large});
  }
}

void Credit::settle(std::uint64_t items) {
  items = std::min(items, outstanding());
  settled_ += items;
  while (items != 0) {
    Run& oldest = costs_.front();
    const std::uint64_t now = std::min(items, oldest.items);
    (oldest.large ? large_bytes_ : small_bytes_) -= now * oldest.bytes;
    if (oldest.large) {
      large_items_ -= now;
    } else {
      small_settled_ += now * oldest.bytes;
    }
    items -= now;
    if ((oldest.items -= now) == 0) costs_.pop_front();
  }
}

void Credit::claimed(std::uint64_t total, std::int64_t now, std::int64_t round_trip) {
  if (total <= claimed_) return;
  settle(total - claimed_);
  claimed_ = total;
  measure_small(now);
  if (outstanding() == 0) {
    ran_dry_ = true;
    dry_since_ = now;
  }
  if (shared_) {
    measure(now, round_trip);
  } else {
    set_window(round_trip);
  }
}

void Credit::measure_small(std::int64_t now) {
  const std::int64_t interval = now - small_mark_;
  if (interval < shortest_sample) return;
  small_rate_ = static_cast<double>(small_settled_ - small_mark_settled_) / static_cast<double>(interval);
  small_mark_ = now;
  small_mark_settled_ = small_settled_;
}

void Credit::measure(std::int64_t now, std::int64_t round_trip) {
  const std::int64_t interval = now - mark_;
  if (interval < std::max(shortest_sample, round_trip / 2)) return;
  // One claim says nothing about the next: a consumer that is stuck in its first item has claimed it, too.
  const std::uint64_t claims = claimed_ - mark_claimed_;
  const double sample = claims < 2 ? 0 : static_cast<double>(claims - 1) / static_cast<double>(interval);
  // While nothing was there to be claimed, the sample says less than they could do.
  if (sample >= rate_) {
    rate_ = sample;
  } else if (!ran_dry_ || interval > 100 * long_pause) {
    rate_ = (rate_ + sample) / 2;
  }
  mark_ = now;
  mark_claimed_ = claimed_;
  ran_dry_ = outstanding() == 0;
  set_window(round_trip);
}

}  // namespace mpyx::transport
