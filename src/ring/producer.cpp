#include "ring/producer.hpp"

#include <algorithm>
#include <utility>

namespace mpyx::ring {

namespace {
using State = SlotWord::State;
}  // namespace

Producer::Producer(Lane& lane)
    : lane_{&lane},
      shared_{lane.shape.shared},
      cursor_{lane, (lane.shape.shared ? lane.head : lane.put).load(relaxed)},
      head_{cursor_.position()},
      put_{lane.put.load(relaxed)} {
  // What an earlier end of this lane published counts as taken here: it is bounded by the slots alone.
  tail_ = head_;
  taken_ = put_;
}

bool Producer::look_for_room() {
  const LaneShape& shape = lane_->shape;
  count_taken();
  room_until_ = taken_ + shape.limit_items;
  if (!shape.shared) {
    const std::uint64_t released = lane_->released.load(acquire);  // partner: Consumer::release()
    room_until_ = std::min(room_until_, released + shape.slots);
  }
  if (put_ >= room_until_) return false;
  if (bytes_ >= shape.limit_bytes) forget_released_blocks();
  if (bytes_ < shape.limit_bytes) return true;
  room_until_ = 0;
  return false;
}

void Producer::count_taken() {
  if (!lane_->shape.shared) {
    taken_ = lane_->taken.load(acquire);  // partner: Consumer::take_single()
    return;
  }
  for (; tail_ != head_; ++tail_) {
    const SlotWord word{lane_->word(tail_).load(acquire)};
    if (word.lap() != lane_->lap(tail_)) continue;  // skipped: the slot was busy with an older item
    if (word.state() == State::full) return;        // so are all later ones (invariant 4)
    ++taken_;
  }
}

bool Producer::skip_to_free() {
  const std::uint64_t slots = lane_->shape.slots;
  for (cursor_.advance(); cursor_.position() != head_ + slots; cursor_.advance()) {
    if (!is_free(cursor_.word())) continue;
    const std::uint64_t next = cursor_.position();
    if (next - tail_ >= slots) count_taken();  // the word at tail_ is about to be overwritten
    return next - tail_ < slots;
  }
  return false;
}

void Producer::note_block(std::uint64_t block_bytes) {
  if (block_bytes_.empty()) block_bytes_.resize(lane_->shape.slots);
  std::uint64_t& noted = block_bytes_[cursor_.position() & (lane_->shape.slots - 1)];
  bytes_ += block_bytes - std::exchange(noted, block_bytes);  // the slot is ours, so what was there is released
  if (bytes_ >= lane_->shape.limit_bytes) room_until_ = 0;
}

void Producer::forget_released_blocks() {
  const std::uint64_t slots = lane_->shape.slots;
  if (lane_->shape.shared) {
    for (std::uint64_t slot = 0; slot < block_bytes_.size(); ++slot) {
      if (block_bytes_[slot] != 0 && is_free(lane_->word(slot))) bytes_ -= std::exchange(block_bytes_[slot], 0);
    }
    return;
  }
  const std::uint64_t released = lane_->released.load(acquire);  // partner: Consumer::release()
  forgotten_ = std::max(forgotten_, head_ - std::min(head_, slots));
  for (; forgotten_ < released; ++forgotten_) bytes_ -= std::exchange(block_bytes_[forgotten_ & (slots - 1)], 0);
}

bool Producer::look_whether_half_full() {
  count_taken();
  const std::uint64_t half = std::max<std::uint64_t>(lane_->shape.limit_items / 2, 1);
  look_at_ = std::max(taken_ + half, put_ + half / 8 + 1);
  return put_ - taken_ >= half;
}

bool Producer::announce_wait() {
  // Full of items: worth waking only once half of them are gone; the last one published is always among those told of,
  // and still full (invariant 4). Once something was repaired, it may be an old item alone that we wait for: any will do.
  // (A repair that we do not see yet is followed by an interrupt().)
  // Full of bytes: once most of them are given back, where that comes in order. Else, or full of slots that are worked on,
  // any release may help.
  const std::uint64_t limit = lane_->shape.limit_items;
  std::uint64_t tell_at = Lane::tell_release;
  if (put_ - taken_ >= limit) {
    tell_at = lane_->repairs.load(relaxed) == 0 ? head_ - limit / 2 : 1;
  } else if (!shared_ && bytes_ >= lane_->shape.limit_bytes) {
    tell_at += end_of_most_bytes();
  }
  if (tell_at == announced_) return false;
  announced_ = tell_at;
  lane_->tell_at.store(tell_at, relaxed);
  return true;
}

/// One consumer. The position before which so much is given back; the last two items are left for it to go on with, unless
/// they are too large. What goes on then is short enough to stay in the cache until it is read; from half of the bytes on it
/// would soon be as long again.
std::uint64_t Producer::end_of_most_bytes() const {
  const std::uint64_t limit = lane_->shape.limit_bytes;
  std::uint64_t left = bytes_;
  std::uint64_t position = forgotten_;
  while (left >= limit || (left > limit / 8 && position + 2 < head_)) {
    left -= block_bytes_[position & (lane_->shape.slots - 1)];
    ++position;
  }
  return position;
}

bool Producer::announced_is_past() {
  if (announced_ >= Lane::tell_release) {
    return shared_ || lane_->released.load(acquire) >= announced_ - Lane::tell_release;
  }
  count_taken();
  return (shared_ ? tail_ : taken_) >= announced_ || lane_->repairs.load(relaxed) != 0;
}

void Producer::announce_taken(std::uint64_t items) {
  // Positions that were skipped make it late, never lost: the last one published is waiting and at or behind this one.
  const std::uint64_t first = lane_->shape.shared ? tail_ : taken_;
  announced_ = lane_->repairs.load(relaxed) == 0 ? std::min(first + items, head_) : 1;
  lane_->tell_at.store(announced_, relaxed);
}

void Producer::stop_waiting() {
  announced_ = 0;
  lane_->tell_at.store(0, relaxed);
}

}  // namespace mpyx::ring
