#pragma once

#include <cstdint>
#include <vector>

#include "ring/consumer.hpp"
#include "transport/item_gates.hpp"

namespace mpyx::transport {

/// Of a channel inside a Seq or Zip that nobody reads any more, here or elsewhere: what this host's producers had put, or put
/// before they noticed, counts as done, or the exit would wait for it for ever. (Within a host the last consumer does this.)
/// Used by the courier's thread.
class Leftovers {
 public:
  /// The first `lanes` of the inbox are those of its own producers and of what is given back.
  Leftovers(channel::Domain& domain, memory::Offset inbox, std::uint32_t lanes, ItemGates& gates)
      : domain_{&domain}, inbox_{domain.at<channel::Inbox>(inbox)}, count_{lanes}, gates_{&gates} {}

  /// Returns whether there was anything.
  bool step();

 private:
  channel::Domain* domain_;
  channel::Inbox* inbox_;
  std::uint32_t count_;
  ItemGates* gates_;
  std::vector<ring::Consumer> lanes_;  // made when the last consumer has left: they begin where that one ended
};

}  // namespace mpyx::transport
