#include "ring/consumer.hpp"

#include <algorithm>

namespace mpyx::ring {

namespace {
/// The oldest position that can be full when the producer has used `head` positions (invariant 4).
std::uint64_t oldest(const Lane& lane, std::uint64_t head) {
  return head - std::min<std::uint64_t>(head, lane.shape.slots);
}
}  // namespace

Consumer::Consumer(Lane& lane, std::uint16_t owner)
    : lane_{&lane}, shared_{lane.shape.shared}, next_{lane, lane.taken.load(relaxed)}, owner_{owner} {
  if (!shared_) return;
  repairs_ = lane.repairs.load(acquire);
  head_ = lane.head.load(acquire);
  next_.go_to(oldest(lane, head_));
}

void Consumer::go_back_after_repair() {
  const std::uint32_t repairs = lane_->repairs.load(acquire);  // partner: repair(), which changed the words before
  if (repairs == repairs_) [[likely]]
    return;
  repairs_ = repairs;
  head_ = lane_->head.load(acquire);
  next_.go_to(oldest(*lane_, head_));
}

bool Consumer::find_full() {
  go_back_after_repair();
  for (;; next_.advance()) {
    if (next_is_full()) return true;
    if (next_.position() >= head_) {
      head_ = lane_->head.load(acquire);  // partner: Producer::publish()
      if (next_.position() >= head_) return false;
      if (next_.position() < oldest(*lane_, head_)) next_.go_to(oldest(*lane_, head_));
      // What was read before `head` may be older than the publication that raised it.
      if (next_is_full()) return true;
    }
    // Consumed, skipped, or (not newer, still full) put back by repair() after its slot was skipped.
    if (found_.state() == SlotWord::State::full && found_.not_newer_than(lane_->lap(next_.position()))) return true;
  }
}

bool Consumer::take_shared(Taken& item) {
  while (find_full()) {
    // Fails when another consumer was faster: then the position is no longer full.
    if (next_.word().compare_exchange_strong(found_.bits, found_.with(SlotWord::State::running, owner_).bits, acquire,
                                             relaxed)) {
      item = found_item();
      next_.advance();
      return true;
    }
  }
  return false;
}

}  // namespace mpyx::ring
