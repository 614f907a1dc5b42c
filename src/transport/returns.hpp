#pragma once

#include <cstdint>
#include <vector>

#include "ring/consumer.hpp"
#include "transport/intake.hpp"
#include "transport/record.hpp"

namespace mpyx::transport {

/// The lane of an inbox into which goes what other hosts give back because nobody reads there any more. It is one more of
/// this host's own producers: whoever consumes here, the couriers of other hosts included, takes it like anything else.
///
/// It closes last: when every other own producer has closed, nothing waits in any lane, and everything that went to other
/// hosts is settled, that is claimed there or back in this lane. Nothing can then come back any more, since what is not in
/// a lane cannot be sent; until then no consumer sees the end. Used by the courier's thread.
class Returns {
 public:
  Returns(channel::Domain& domain, const ChannelKey& key, memory::Offset inbox, std::uint32_t producer,
          ItemGates& gates);
  Returns(const Returns&) = delete;
  Returns& operator=(const Returns&) = delete;

  const ChannelKey& key() const { return key_; }
  Intake& intake() { return intake_; }
  /// That lane is filled by another host, whose own returns answer for it.
  void leave_out(std::uint32_t producer);

  /// `settled`: nothing is with other hosts. Returns whether anything changed.
  bool step(bool settled);
  bool has_work(bool settled, bool announce);

 private:
  bool may_close(bool settled);

  ChannelKey key_;
  Intake intake_;
  std::vector<ring::Consumer> lanes_;  // only to look at, of this host's other producers
  std::vector<std::uint32_t> numbers_;
  bool closed_ = false;
};

}  // namespace mpyx::transport
