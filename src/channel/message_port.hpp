#pragma once

#include <mpyx/serialize.hpp>

#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "channel/in_port.hpp"
#include "channel/out_port.hpp"

namespace mpyx::channel {

/// Sends whole messages into an inbox, from any thread of one process.
class MessageSender {
 public:
  MessageSender(Domain& domain, memory::Offset inbox, std::uint32_t producer, memory::WaitCell& cell)
      : domain_{&domain}, port_{domain, inbox, producer}, cell_{&cell} {}

  /// Waits for room, and for whoever waits for it before, while `stop()` is false; returns whether the message was sent.
  /// `stop` is looked at every 20 ms, as it may belong to a run that does not know this cell.
  bool send(std::span<const std::byte> message, const std::function<bool()>& stop);
  void close();

  template <class T>
  void send_value(const T& value) {
    detail::Writer count{{}};
    detail::encode(value, count);
    std::vector<std::byte> bytes(count.size());
    detail::Writer writer{bytes};
    detail::encode(value, writer);
    send(bytes, [] { return false; });
  }

 private:
  bool wait_for_turn(std::unique_lock<std::timed_mutex>& turn, const std::function<bool()>& stop);
  bool wait_for_room(const std::function<bool()>& stop);

  Domain* domain_;
  std::timed_mutex mutex_;
  OutPort port_;
  memory::WaitCell* cell_;
};

}  // namespace mpyx::channel
