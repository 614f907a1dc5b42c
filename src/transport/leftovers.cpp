#include "transport/leftovers.hpp"

#include "wire/frame.hpp"

namespace mpyx::transport {

bool Leftovers::step() {
  // acquire: what the last one took is taken
  if (inbox_->open_consumers.load(std::memory_order_acquire) != 0) return false;
  while (lanes_.size() < count_) {
    const auto number = static_cast<std::uint32_t>(lanes_.size());
    lanes_.emplace_back(inbox_->lane(*domain_, number),
                        std::uint16_t{0xffff});  // no consumer's number: those are fewer
  }
  bool any = false;
  for (auto& lane : lanes_) {
    while (const auto item = lane.take()) {
      const auto view = wire::parse_frame(channel::body_of(*domain_, *item), (item->flags & wire::flag::extended) != 0);
      if (view) gates_->drop(view->tags);
      channel::drop_frame(*domain_, *item);
      lane.release(*item);
      any = true;
    }
  }
  return any;
}

}  // namespace mpyx::transport
