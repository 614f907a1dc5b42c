#include "coordinator/lane_plan.hpp"

#include <algorithm>
#include <bit>

namespace mpyx::coordinator {

namespace {
constexpr std::size_t largest_inline = 504;  // a larger item of fixed size lies in a block
constexpr std::size_t varying_inline = 120;  // slot of items whose size varies
constexpr std::size_t all_rings = std::size_t{64} << 20;
constexpr std::size_t smallest_ring = 2048;
constexpr std::size_t largest_ring = std::size_t{128} << 10;
}  // namespace

LanePlan::LanePlan(const detail::Blueprint& blueprint, const detail::Settings& settings, std::size_t segment_limit) {
  std::size_t lanes = 1;
  for (const auto& channel : blueprint.channels) lanes += channel.producers.size();
  ring_bytes_ = std::clamp(all_rings / lanes, smallest_ring, largest_ring);
  items_ = settings.capacity_items;
  const std::size_t share = segment_limit / (2 * std::max<std::size_t>(blueprint.channels.size(), 1));
  channel_bytes_ = settings.capacity_bytes != 0 ? settings.capacity_bytes : std::min(default_bytes, share);
  share_ = share / 2;
}

std::uint64_t LanePlan::wanted_items(std::size_t producers, std::size_t stride, std::uint64_t consumers) const {
  const std::uint64_t wanted = std::max<std::uint64_t>(items_ / producers, 1);
  const auto slots_in = [&](std::size_t bytes) {
    constexpr std::uint64_t most_slots = std::uint64_t{1} << 31;
    return std::min<std::uint64_t>(std::bit_floor(bytes / producers / stride), most_slots);
  };
  const std::uint64_t most_slots = slots_in(share_);
  if (wanted < most_slots && wanted + consumers + 1 <= most_slots) return wanted;
  // More than there is room for: the bytes are the bound that counts, of items in their slots as well.
  const std::uint64_t slots =
      std::min(most_slots, std::max(slots_in(channel_bytes_), std::bit_floor(ring_bytes_ / stride)));
  return std::min(wanted, std::max(slots, consumers + 2) - consumers - 1);
}

ring::LaneShape LanePlan::shape(std::size_t item_size, std::size_t producers, std::size_t all_consumers) const {
  producers = std::max<std::size_t>(producers, 1);
  const auto consumers = static_cast<std::uint32_t>(std::max<std::size_t>(all_consumers, 1));
  std::size_t payload = varying_inline;
  if (item_size != 0) payload = item_size <= largest_inline ? item_size : sizeof(std::uint64_t);
  auto shape = ring::LaneShape::fitting(1, std::max(payload, sizeof(std::uint64_t)), consumers);
  const std::uint64_t fits = std::max<std::uint64_t>(std::bit_floor(ring_bytes_ / shape.stride), 4);
  const std::uint64_t wanted = items_ != 0          ? wanted_items(producers, shape.stride, consumers)
                               : shape.stride <= 64 ? std::max<std::uint64_t>(fits, default_items)
                                                    : default_items;
  shape.limit_items = items_ != 0 ? wanted : std::min(wanted, fits);
  shape.slots = static_cast<std::uint32_t>(std::bit_ceil(shape.limit_items + consumers + 1));
  if (items_ == 0 && shape.limit_items > consumers + 1 && std::has_single_bit(shape.limit_items)) {
    shape.slots =
        static_cast<std::uint32_t>(shape.limit_items);  // a full round of the ring, less what is being worked on
    shape.limit_items -= consumers + 1;
  }
  shape.limit_bytes = std::max<std::uint64_t>(channel_bytes_ / producers, 1);
  return shape;
}

}  // namespace mpyx::coordinator
