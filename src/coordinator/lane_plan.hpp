#pragma once

#include <mpyx/detail/blueprint.hpp>
#include <mpyx/detail/run.hpp>

#include <cstddef>

#include "ring/lane.hpp"

namespace mpyx::coordinator {

/// How large each lane of a channel is: the user's capacity, or the defaults shared out over the graph's lanes so that large
/// graphs stay small in memory.
class LanePlan {
 public:
  /// What waits in a channel of which the user says nothing.
  static constexpr std::size_t default_items = 1024;
  static constexpr std::size_t default_bytes = std::size_t{64} << 20;

  LanePlan(const detail::Blueprint& blueprint, const detail::Settings& settings, std::size_t segment_limit);

  /// Of a channel, as the user says; 0: the defaults.
  std::size_t capacity_items() const { return items_; }
  /// With so many producers and consumers on one host.
  ring::LaneShape shape(std::size_t item_size, std::size_t producers, std::size_t consumers) const;

 private:
  /// Items that may wait in each of so many lanes when the user said how many in the channel.
  std::uint64_t wanted_items(std::size_t producers, std::size_t stride, std::uint64_t consumers) const;

  std::size_t ring_bytes_;     // of one lane
  std::size_t share_;          // of the segment: what one channel's lanes may take at most
  std::size_t channel_bytes_;  // waiting in blocks, per channel
  std::size_t items_;          // waiting, per channel; 0: as many as the ring holds, up to the default
};

}  // namespace mpyx::coordinator
