#pragma once

#include <vector>

#include "ring/lane.hpp"

namespace mpyx::ring {

/// The producing end of a lane. One thread at a time.
class Producer {
 public:
  explicit Producer(Lane& lane);

  /// Room for one more item. May look at the consumers' side; after true, payload() and publish() may follow.
  bool has_room() {
    if (put_ >= room_until_) [[unlikely]] {
      if (!look_for_room()) return false;
    }
    return !shared_ || find_free();
  }
  std::byte* payload() { return cursor_.payload(); }

  /// `block_bytes`: size of the arena's block that the payload refers to, 0 if there is none.
  void publish(std::uint8_t flags, std::uint16_t length, std::uint64_t block_bytes) {
    if ((block_bytes | bytes_) != 0) [[unlikely]]
      note_block(block_bytes);
    // partner: the acquire loads of Consumer
    cursor_.word().store(cursor_.full_word() | std::uint64_t{flags} << 16 | length, std::memory_order_release);
    cursor_.advance();
    head_ = cursor_.position();
    ++put_;
    lane_->put.store(put_, std::memory_order_relaxed);
    if (shared_) lane_->head.store(head_, std::memory_order_release);  // partner: Consumer::find_full()
  }
  void close() { lane_->closed.store(1, std::memory_order_release); }

  /// More than half of the room was used when last looked at; costs a look at most every eighth of a half.
  bool half_full() { return put_ >= look_at_ && look_whether_half_full(); }

  /// After has_room() said no: tells consumers what to tell us of. False when that is what they know already; after true
  /// the caller runs a heavy fence and looks again before it sleeps (partner: the light fence of whoever reads tell_at).
  bool announce_wait();
  /// What was announced has come about. Room for one more comes earlier, again and again while consumers are at work: who
  /// goes on then pays for a wait at each item.
  bool announced_is_past();
  void stop_waiting();

  /// Items published that nobody has taken.
  std::uint64_t waiting() {
    count_taken();
    return put_ - taken_;
  }
  /// Consumers tell us when `items` of those that waiting() last counted are taken, or more; as announce_wait().
  void announce_taken(std::uint64_t items);
  Lane& lane() { return *lane_; }

 private:
  static bool is_free(const std::atomic<std::uint64_t>& word) {
    // acquire: partner of the release store in Consumer::release(), so that its reads are over before we write
    return SlotWord{word.load(std::memory_order_acquire)}.state() == SlotWord::State::free;
  }
  bool find_free() {
    if (cursor_.position() != head_) cursor_.go_to(head_);
    if (!is_free(cursor_.word())) return skip_to_free();
    if (head_ - tail_ >= lane_->shape.slots) count_taken();  // the word at tail_ is about to be overwritten
    return true;
  }
  bool look_for_room();
  bool skip_to_free();
  void count_taken();
  void note_block(std::uint64_t block_bytes);
  void forget_released_blocks();
  bool look_whether_half_full();
  std::uint64_t end_of_most_bytes() const;

  Lane* lane_;
  bool shared_;
  Cursor cursor_;  // at the next item; ahead of head_ by what is skipped
  std::uint64_t head_;
  std::uint64_t put_;
  std::uint64_t room_until_ = 0;  // put_ may grow to this without a look at the consumers' side; 0: full of bytes
  std::uint64_t look_at_ = 0;     // half_full() looks again when put_ reaches this
  std::uint64_t taken_ = 0;       // items taken, when last looked at
  std::uint64_t tail_;            // shared: no item that counts as waiting is below this position
  std::uint64_t bytes_ = 0;       // in blocks that were not released when last looked at
  std::uint64_t forgotten_ = 0;   // single consumer: blocks of older positions no longer count
  std::vector<std::uint64_t> block_bytes_;  // of each slot's item; empty until there is one
  std::uint64_t announced_ = 0;
};

}  // namespace mpyx::ring
