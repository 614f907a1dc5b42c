#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "ring/slot_word.hpp"

namespace mpyx::ring {

inline constexpr std::memory_order relaxed = std::memory_order_relaxed;
inline constexpr std::memory_order acquire = std::memory_order_acquire;

/// How large a lane is and how it is used. All lanes of one inbox have the same shape.
struct LaneShape {
  std::uint32_t slots = 1024;  ///< power of two, at least limit_items + consumers + 1
  std::uint32_t stride = 64;   ///< bytes from slot to slot, word included; multiple of 8
  bool shared = false;         ///< several consumers share the lane
  std::uint32_t consumers = 1;
  std::uint64_t limit_items = 1022;      ///< items waiting (not yet taken) at most
  std::uint64_t limit_bytes = 64 << 20;  ///< bytes in blocks outside the lane; overshoots by one item

  std::size_t payload() const { return stride - sizeof(std::uint64_t); }
  std::size_t bytes() const;  ///< memory of the lane, header included

  /// The smallest shape that lets `items` wait, each of up to `item_bytes` in its slot.
  static LaneShape fitting(std::uint64_t items, std::size_t item_bytes, std::uint32_t consumers);
};

/// A bounded queue of one producer and one or several consumers, in shared memory, referred to by offset only.
///
///     0       64         128        192       256
///     | shape | producer | consumer | waiting | slot 0 | slot 1 | ...        slot: | word | payload ... |
///
/// Position p (0, 1, 2 ...) belongs to slot p % slots, in lap p / slots.
///
/// Invariants
///  1. Only the producer moves `head` and writes payloads. It publishes an item with one release store of the slot's word,
///     and stores `head` after it: a position below `head` is published, or was skipped for ever.
///  2. One consumer: items are taken in order. `taken` counts the items taken, `released` those given back. The producer
///     writes position p only while p - taken < limit_items and p - released < slots, so never into a slot that is full or
///     worked on. Slot words are never reset: a word of an older lap means "not yet written".
///  3. Several consumers: a slot is taken by CAS full -> running(owner) and given back by a store of free. The producer
///     writes only into free slots; it skips a slot whose item still runs (its position stays empty), so one long item
///     holds up no other. Each consumer remembers where it looked last, and passes a position only when it is below `head`
///     and not full, or when it takes it. Such a position never becomes full again, except by repair(), which counts in
///     `repairs` after it has changed words and so sends every consumer a whole round back.
///  4. So whoever takes an item takes the lowest full position there is (but for repaired ones): when the lowest item that
///     the producer waits for is full, all later ones are. Hence the producer learns how many wait by walking over the
///     words behind it, and no counter has to survive a death; what is full lies less than a round behind `head`.
///  5. `closed` is set by the producer after its last publication.
///  6. After a death repair() makes what was taken and not finished full again, exactly once; what was finished is freed.
///     A producer that died before its release store has published nothing.
/// tests/model/lane.pml is the model of 3, 4 and 6 for Spin.
struct Lane {
  LaneShape shape;
  alignas(64) std::atomic<std::uint64_t> head;  ///< positions used; written by the producer
  std::atomic<std::uint64_t> put;               ///< items published; differs from head by skipped positions
  std::atomic<std::uint32_t> closed;
  alignas(64) std::atomic<std::uint64_t> taken;  ///< single consumer: items taken
  std::atomic<std::uint64_t> released;           ///< single consumer: items given back
  std::atomic<std::uint32_t> repairs;            ///< calls of repair() that changed words of a shared lane
  /// What the waiting producer wants to be told of: when position tell_at - 1 or a later one is taken; with tell_release
  /// added to it, when that is given back (tell_release alone: anything); 0: nothing, it does not wait.
  alignas(64) std::atomic<std::uint64_t> tell_at;

  static constexpr std::uint64_t tell_release = std::uint64_t{1} << 63;

  std::atomic<std::uint64_t>& word(std::uint64_t position) {
    return *reinterpret_cast<std::atomic<std::uint64_t>*>(slot(position));
  }
  std::byte* payload(std::uint64_t position) { return slot(position) + sizeof(std::uint64_t); }
  std::uint64_t lap(std::uint64_t position) const {
    return position >> std::countr_zero(shape.slots) & SlotWord::lap_mask;
  }
  /// Items published and not taken; a snapshot for people to look at. O(slots) for a shared lane.
  std::uint64_t waiting();

 private:
  std::byte* slot(std::uint64_t position) {
    return reinterpret_cast<std::byte*>(this + 1) + (position & (shape.slots - 1)) * shape.stride;
  }
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && sizeof(Lane) == 256);

/// A place in a lane that moves on, with what depends on it at hand: the parts of one end's loop that would be computed anew
/// for each item.
class Cursor {
 public:
  Cursor(Lane& lane, std::uint64_t position) : lane_{&lane}, slots_{lane.shape.slots}, stride_{lane.shape.stride} {
    go_to(position);
  }
  std::uint64_t position() const { return position_; }
  std::atomic<std::uint64_t>& word() const { return *word_; }
  std::byte* payload() const { return reinterpret_cast<std::byte*>(word_) + sizeof(std::uint64_t); }
  /// What the word is when the slot is full in this lap, without flags and length.
  std::uint64_t full_word() const { return full_word_; }
  bool is_full(SlotWord word) const { return word.same_lap_and_state({full_word_}); }

  void advance() {
    if ((++position_ & (slots_ - 1)) != 0) [[likely]] {
      word_ = reinterpret_cast<std::atomic<std::uint64_t>*>(reinterpret_cast<std::byte*>(word_) + stride_);
    } else {
      go_to(position_);
    }
  }
  void go_to(std::uint64_t position) {
    position_ = position;
    word_ = &lane_->word(position);
    full_word_ = SlotWord::make(lane_->lap(position), SlotWord::State::full, 0, 0, 0).bits;
  }

 private:
  std::atomic<std::uint64_t>* word_ = nullptr;
  std::uint64_t position_ = 0;
  std::uint64_t full_word_ = 0;
  Lane* lane_;
  std::uint64_t slots_;
  std::uint64_t stride_;
};

/// Makes an empty lane in zeroed or used memory of shape.bytes(), 64-aligned.
Lane* format_lane(std::byte* memory, const LaneShape& shape);

/// Makes what a dead consumer had taken and not finished available again; returns how many items. Once the process is gone
/// for certain, before anybody else takes under its number, by one thread; other consumers and the producer may go on
/// meanwhile. May be repeated. The caller wakes consumers and the producer afterwards.
std::size_t repair(Lane& lane, std::uint16_t dead_owner);

}  // namespace mpyx::ring
