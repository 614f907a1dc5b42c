#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.hpp"
#include "channel/inbox.hpp"
#include "ring/producer.hpp"

namespace mpyx::channel {

/// One producer's end of an inbox. Used by one thread.
class OutPort {
 public:
  OutPort(Domain& domain, memory::Offset inbox, std::uint32_t producer);

  memory::Offset inbox() const { return domain_->segment.offset_of(inbox_); }
  /// Nobody will take anything any more.
  bool abandoned() const { return inbox_->open_consumers.load(std::memory_order_acquire) == 0; }

  bool has_room() { return producer_.has_room(); }
  /// Waits at the producer's cell for room; false when `ended()` or abandoned came first.
  ///
  /// Consumers tell a full producer of much room at once, and some may be all that comes: when they wait, in a way that we
  /// do not know of, for what this producer does next. So it looks by itself, too, and more rarely while there is none.
  template <class Ended>
  bool wait_for_room(memory::WaitCell& cell, Ended ended, std::int64_t deadline = memory::no_deadline) {
    producer_.announce_wait();
    end_naps();
    const auto done = [&] { return has_room_or_announced() || abandoned() || ended(); };
    std::int64_t pause = first_look_ns;
    for (std::int64_t now = now_ns(); now < deadline && !memory::park(cell, std::min(deadline, now + pause), done);
         now = now_ns()) {
      if (producer_.has_room()) break;
      pause = std::min(2 * pause, last_look_ns);
    }
    producer_.stop_waiting();
    return producer_.has_room() && !abandoned() && !ended();
  }

  /// After has_room(): bytes that fit the slot, where to write them, and how to publish them.
  std::size_t slot_size() const { return slot_size_; }
  std::byte* slot() { return producer_.payload(); }
  void publish(std::uint8_t flags, std::size_t length, std::uint64_t block_bytes) {
    producer_.publish(flags, static_cast<std::uint16_t>(length), block_bytes);
    memory::light_fence();
    if (single_ != nullptr) {  // asleep for something else, it is left alone
      if (inbox_->idle[0].load(std::memory_order_relaxed) != 0) memory::wake(*single_);
    } else {
      wake_one_consumer(*domain_, *inbox_);
    }
    if (producer_.half_full()) end_naps();
  }

  /// No more items from this producer. Idempotent.
  void close();

  /// Items that were put and that nobody has taken.
  std::uint64_t waiting() { return producer_.waiting(); }
  /// For a thread that waits for several things at once, before it parks: consumers tell it of room. To be called again
  /// whenever it looks; returns whether there is room, and enough of it once it has been announced.
  bool room_or_announced() {
    end_naps();
    return has_room_or_announced();
  }
  /// The same for the moment when `items` of those waiting (at least 1) are taken.
  void announce_taken(std::uint64_t items) { producer_.announce_taken(items); }
  void stop_announcing() { producer_.stop_waiting(); }

 private:
  static constexpr std::int64_t first_look_ns = 10'000'000;
  static constexpr std::int64_t last_look_ns = 1'000'000'000;

  bool has_room_or_announced();
  void end_naps();

  Domain* domain_;
  Inbox* inbox_;
  ring::Producer producer_;
  memory::WaitCell* single_;  // the consumer's cell when there is only one
  std::size_t slot_size_;
  bool closed_ = false;
};

}  // namespace mpyx::channel
