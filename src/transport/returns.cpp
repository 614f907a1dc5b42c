#include "transport/returns.hpp"

#include <algorithm>

namespace mpyx::transport {

Returns::Returns(channel::Domain& domain, const ChannelKey& key, memory::Offset inbox, std::uint32_t producer,
                 ItemGates& gates)
    : key_{key}, intake_{domain, inbox, producer, gates} {
  auto& queue = intake_.inbox();
  for (std::uint32_t i = 0; i < queue.producers; ++i) {
    if (i == producer) continue;
    lanes_.emplace_back(queue.lane(domain, i), std::uint16_t{0});
    numbers_.push_back(i);
  }
  queue.courier_producers.fetch_add(1, std::memory_order_relaxed);
}

void Returns::leave_out(std::uint32_t producer) {
  const auto found = std::find(numbers_.begin(), numbers_.end(), producer);
  if (found == numbers_.end()) return;
  lanes_.erase(lanes_.begin() + (found - numbers_.begin()));
  numbers_.erase(found);
}

bool Returns::may_close(bool settled) {
  if (closed_ || !settled || !intake_.empty()) return false;
  if (!std::all_of(lanes_.begin(), lanes_.end(), [](ring::Consumer& lane) { return lane.drained(); })) return false;
  return intake_.port().abandoned() || intake_.in_lane() == 0;
}

bool Returns::step(bool settled) {
  bool changed = false;
  if (intake_.port().abandoned() && !intake_.empty()) {
    intake_.drop_all();
    changed = true;
  }
  changed |= intake_.feed();
  if (may_close(settled)) {
    closed_ = changed = true;
    intake_.port().close();
  }
  return changed;
}

bool Returns::has_work(bool settled, bool announce) {
  if (intake_.port().abandoned() && !intake_.empty()) return true;
  return intake_.movable(announce) || may_close(settled);
}

}  // namespace mpyx::transport
