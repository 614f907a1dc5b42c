#include "channel/in_port.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace mpyx::channel {

InPort::InPort(Domain& domain, memory::Offset inbox, std::uint32_t consumer)
    : domain_{&domain},
      inbox_{domain.at<Inbox>(inbox)},
      consumer_{consumer},
      in_a_row_{inbox_->producers > 1 ? items_in_a_row : without_end},
      pace_{fast_ns, now_ns()} {
  lanes_.reserve(inbox_->producers);
  for (std::uint32_t i = 0; i < inbox_->producers; ++i) {
    lanes_.emplace_back(inbox_->lane(domain, i), static_cast<std::uint16_t>(consumer));
  }
}

bool InPort::take_in_turn(Frame& frame) {
  for (std::size_t tried = 0; tried < lanes_.size(); ++tried) {
    next_lane();
    if (left_out(turn_)) {
      in_turn_ = in_a_row_;
      continue;
    }
    if (take_from(turn_, frame)) return true;
  }
  return false;
}

void InPort::next_lane() {
  turn_ = turn_ + 1 >= lanes_.size() ? 0 : turn_ + 1;
  in_turn_ = 0;
}

/// Anything but a bare item behind another one.
void InPort::look_closer(Frame& frame) {
  if (frame.item.flags == 0) {
    frame.view = {{}, {}, {frame.item.payload, frame.item.length}};
  } else {
    const auto view = wire::parse_frame(body_of(*domain_, frame.item), (frame.item.flags & wire::flag::extended) != 0);
    if (!view) throw std::runtime_error("mpyx: a damaged item in shared memory");
    frame.view = *view;
  }
  if (std::exchange(parked_, false)) pass_on_wake_up();
}

/// A producer wakes one sleeper per item. One that had just found an older item by itself may get that wake-up, too: it
/// would be lost while this consumer works, and others sleep. So who comes back from sleeping looks for more.
void InPort::pass_on_wake_up() {
  // Partner: the CAS of the waker, which it made after publishing: our store of awake followed it, so that we see its item. One
  // whose CAS comes later, when we sleep for something else, finds our bit cleared and wakes the next one.
  full_fence();
  if (anything_ready()) wake_one_consumer(*domain_, *inbox_);
}

bool InPort::anything_ready() {
  return std::any_of(lanes_.begin(), lanes_.end(), [](ring::Consumer& lane) { return lane.ready(); });
}

bool InPort::ready() {
  if (left_out_.empty()) [[likely]]
    return anything_ready();
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (!left_out_[i] && lanes_[i].ready()) return true;
  }
  return false;
}

void InPort::leave_out(std::uint32_t producer) {
  left_out_.resize(lanes_.size());
  left_out_[producer] = true;
  if (turn_ == producer) in_turn_ = in_a_row_;
}

void InPort::come_back() {
  set_idle(false);
  if (inbox_->consumers > 1) pass_on_wake_up();
}

bool InPort::ended() {
  if (!left_out_.empty()) {  // the others stay open until their hosts have ended
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      if (!left_out_[i] && !lanes_[i].drained()) return false;
    }
    return true;
  }
  return inbox_->open_producers.load(std::memory_order_acquire) == 0 &&
         std::all_of(lanes_.begin(), lanes_.end(), [](ring::Consumer& lane) { return lane.drained(); });
}

void InPort::set_idle(bool idle) { mark_idle(*inbox_, consumer_, idle); }

void InPort::leave() {
  if (std::exchange(left_, true)) return;
  const std::uint32_t open = inbox_->open_consumers.fetch_sub(1, std::memory_order_acq_rel) - 1;
  if (open != 0) {
    full_fence();
    wake_one_consumer(*domain_, *inbox_);  // the item that this consumer was woken for may still be there
  }
  if (open > inbox_->courier_consumers.load(std::memory_order_relaxed)) return;
  for (std::uint32_t i = 0; i < inbox_->producers; ++i) memory::interrupt(inbox_->producer_cell(*domain_, i));
}

}  // namespace mpyx::channel
