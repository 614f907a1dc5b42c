#include "channel/out_port.hpp"

#include <utility>

namespace mpyx::channel {

OutPort::OutPort(Domain& domain, memory::Offset inbox, std::uint32_t producer)
    : domain_{&domain},
      inbox_{domain.at<Inbox>(inbox)},
      producer_{inbox_->lane(domain, producer)},
      single_{inbox_->consumers == 1 ? &inbox_->consumer_cell(domain, 0) : nullptr},
      slot_size_{producer_.lane().shape.payload()} {}

bool OutPort::has_room_or_announced() {
  while (!producer_.has_room()) {
    if (!producer_.announce_wait()) return false;
    // What we wait for has changed: who did not see that yet did something that we see now.
    memory::heavy_fence();  // partner: the light fences of InPort
  }
  return producer_.announced_is_past();
}

void OutPort::end_naps() {
  for (std::uint32_t i = 0; i < inbox_->consumers; ++i) memory::end_nap(inbox_->consumer_cell(*domain_, i));
}

void OutPort::close() {
  if (std::exchange(closed_, true)) return;
  producer_.close();
  // release: whoever reads the count sees the lane closed
  const std::uint32_t open = inbox_->open_producers.fetch_sub(1, std::memory_order_acq_rel) - 1;
  if (open > inbox_->courier_producers.load(std::memory_order_relaxed)) return;
  for (std::uint32_t i = 0; i < inbox_->consumers; ++i) memory::interrupt(inbox_->consumer_cell(*domain_, i));
}

}  // namespace mpyx::channel
