#pragma once

#include <cstdint>
#include <deque>

namespace mpyx::transport {

/// How much one remote host may hold, of one channel, that its consumers have not claimed.
///
/// The receiver gives limits that bound its memory. Below them, where other consumers share the work, a window keeps slow
/// ones from hoarding: two items for each, and what they claim in two round trips and while couriers rest. The rate is measured
/// from acknowledgements, so a window that is too small for the way doubles with every round trip. Over a long way, and to
/// consumers that claim as much while couriers rest, the limits of small items are a few times as large: most of what is
/// outstanding is then under way, and takes no room; of larger ones, which their bytes bound as well, as many as fill a fast
/// way are. Not thread-safe.
class Credit {
 public:
  struct Limits {
    std::uint64_t items = 65536;
    std::uint64_t large_items = 1024;                     ///< of them larger than 1 KiB
    std::uint64_t small_bytes = std::uint64_t{1} << 20;   ///< of items up to 1 KiB
    std::uint64_t large_bytes = std::uint64_t{64} << 20;  ///< of larger ones
    std::uint64_t fixed = 0;  ///< 1: those of items are what somebody asked for, also over a long way
  };

  /// `consumers`: there. `shared`: others consume the channel, too.
  Credit(std::uint32_t consumers, bool shared) : consumers_{consumers}, shared_{shared} {}

  void open(const Limits& limits);
  bool is_open() const { return open_; }

  /// One more item may be sent; bytes overshoot by one.
  bool allows() const {
    return open_ && outstanding() < window_ && small_bytes_ / reach_ < limits_.small_bytes &&
           large_items_ < most_large_ && large_bytes_ < limits_.large_bytes;
  }
  void sent(std::uint64_t bytes, bool large, std::int64_t now);
  /// Acknowledged: so many items in all were claimed.
  void claimed(std::uint64_t total, std::int64_t now, std::int64_t round_trip);
  /// So many items came back unclaimed.
  void returned(std::uint64_t items) { settle(items); }
  /// Everything that was sent was claimed or came back.
  bool settled() const { return outstanding() == 0; }

  std::uint64_t outstanding() const { return sent_ - settled_; }
  std::uint64_t sent() const { return sent_; }
  std::uint64_t window() const { return window_; }

 private:
  struct Run {
    std::uint64_t items, bytes;  // bytes of each
    bool large;
  };

  void settle(std::uint64_t items);
  void measure(std::int64_t now, std::int64_t round_trip);
  void measure_small(std::int64_t now);
  void set_window(std::int64_t round_trip);

  std::uint32_t consumers_;
  bool shared_;
  bool open_ = false;
  Limits limits_{};
  std::uint64_t window_ = 1;
  std::uint64_t reach_ = 1;  // how many times the limits of small items, for the length of the way
  std::uint64_t most_large_ = 1;
  std::uint64_t sent_ = 0, settled_ = 0, claimed_ = 0;
  std::uint64_t small_bytes_ = 0, large_bytes_ = 0, large_items_ = 0;
  std::deque<Run> costs_;  // of what is outstanding, oldest first

  double rate_ = 0;  // claimed items per nanosecond, as far as supply allowed
  std::int64_t mark_ = 0;
  std::uint64_t mark_claimed_ = 0;
  std::uint64_t small_settled_ = 0;  // bytes
  double small_rate_ = 0;            // bytes of small items claimed per nanosecond
  std::int64_t small_mark_ = 0;
  std::uint64_t small_mark_settled_ = 0;
  bool ran_dry_ = true;         // since the mark, nothing was outstanding at some time
  std::int64_t dry_since_ = 0;  // while nothing is outstanding
};

}  // namespace mpyx::transport
