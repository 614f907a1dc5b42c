#pragma once

#include <optional>

#include "ring/lane.hpp"

namespace mpyx::ring {

struct Taken {
  std::uint64_t position = 0;  ///< of a repaired item: where it was found, which is its slot's latest position
  const std::byte* payload = nullptr;
  std::uint16_t length = 0;
  std::uint8_t flags = 0;
};

/// A consuming end. Each consumer of a lane has its own, used by one thread at a time. A single consumer releases in order.
class Consumer {
 public:
  /// `owner`: this consumer's number in its inbox.
  Consumer(Lane& lane, std::uint16_t owner);

  std::optional<Taken> take() {
    Taken item;
    if (!take(item)) return std::nullopt;
    return item;
  }
  bool take(Taken& item) { return shared_ ? take_shared(item) : take_single(item); }

  /// The item is done: from here on a death frees its slot instead of making it full again. Optional before release(),
  /// which says the same; call it before dropping references that the item owns. Its payload stays readable until
  /// release(), if the consumer holds no other item.
  void finish(const Taken& item) {
    if (shared_) {
      set_state(item, SlotWord::State::done, owner_);
    } else {
      lane_->released.store(item.position + 1, std::memory_order_release);
    }
  }
  /// Gives the slot back.
  void release(const Taken& item) {
    if (shared_) {
      set_state(item, SlotWord::State::free, 0);  // release: partner of Producer::is_free()
    } else {
      lane_->released.store(item.position + 1, std::memory_order_release);  // partner: Producer::look_for_room()
    }
  }

  /// Something can be taken. Exact for a single consumer; for several, another one may be faster.
  bool ready() { return shared_ ? find_full() : next_is_full(); }
  /// The producer has closed and nothing is left to take. In a shared lane another consumer may still be at work: its item
  /// comes back only if it dies.
  bool drained() {
    // `closed` first: it is set after the last publication, so nothing can appear after we saw it and then found nothing.
    return lane_->closed.load(std::memory_order_acquire) != 0 && !ready();
  }
  Lane& lane() const { return *lane_; }

 private:
  bool take_single(Taken& item) {
    if (!next_is_full()) return false;
    item = found_item();
    next_.advance();
    // Partner: Producer::count_taken(). Stored before the work begins, so that repair() knows what was taken.
    lane_->taken.store(next_.position(), std::memory_order_release);
    return true;
  }
  bool next_is_full() {
    found_ = SlotWord{next_.word().load(std::memory_order_acquire)};  // partner: Producer::publish()
    return next_.is_full(found_);
  }
  Taken found_item() const { return {next_.position(), next_.payload(), found_.length(), found_.flags()}; }
  void set_state(const Taken& item, SlotWord::State state, std::uint16_t owner) {
    auto& word = lane_->word(item.position);  // ours: nobody else changes it while we live
    word.store(SlotWord{word.load(std::memory_order_relaxed)}.with(state, owner).bits, std::memory_order_release);
  }
  bool take_shared(Taken& item);
  bool find_full();
  void go_back_after_repair();

  Lane* lane_;
  bool shared_;
  Cursor next_;             // everything before it is taken (but for what repair() puts back)
  SlotWord found_;          // the word at next_ when it was last looked at
  std::uint64_t head_ = 0;  // shared: the producer's, when last looked at
  std::uint32_t repairs_ = 0;
  std::uint16_t owner_;
};

}  // namespace mpyx::ring
