#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "transport/incoming.hpp"
#include "transport/outgoing.hpp"
#include "transport/receiver.hpp"
#include "transport/sender.hpp"

namespace mpyx::transport {

/// The shortest of the last round trips: what the way takes when nobody dozes at its end.
class RoundTrip {
 public:
  void add(std::int64_t ns) {
    last_[next_++ % last_.size()] = ns;
    shortest_ =
        *std::min_element(last_.begin(), last_.begin() + static_cast<std::ptrdiff_t>(std::min(next_, last_.size())));
  }
  /// 0 while none was measured.
  std::int64_t shortest() const { return shortest_; }

 private:
  std::array<std::int64_t, 16> last_{};
  std::size_t next_ = 0;
  std::int64_t shortest_ = 0;
};

/// What the courier knows of one other host.
struct Peer {
  Peer(channel::Domain& domain, Link& link, int number, std::int64_t now)
      : host{number}, outgoing{link, number}, incoming{domain, link, number}, heard{now}, sent{now} {}

  int host;
  std::vector<std::byte> records;               ///< whole ones, to be sent before anything else
  std::optional<std::int64_t> ping;             ///< the last one that came, until it is answered
  std::deque<std::vector<std::byte>> messages;  ///< of the control plane, to be sent
  std::size_t message_written = 0;              ///< of the first of them
  std::vector<std::byte> message_in;            ///< the parts that have come of one
  std::deque<std::vector<std::byte>> bulk;      ///< large ones
  std::size_t bulk_written = 0;
  std::vector<std::byte> bulk_in;
  std::vector<Sender*> senders;
  std::size_t turn = 0;  ///< of the sender that is next
  std::vector<Receiver*> receivers;
  OutgoingTransfers outgoing;
  IncomingTransfers incoming;
  RoundTrip round_trip;
  std::int64_t heard;
  std::int64_t sent;
  std::int64_t pinged = 0;
  bool blocked = false;  ///< its send slots were busy when last looked at
  bool lost = false;
  bool said_goodbye = false;
  bool heard_goodbye = false;

  bool silent() const { return lost || said_goodbye; }
  void write_pong(RecordWriter& to);
  void write_records(RecordWriter& to);
  void write_messages(RecordWriter& to);
  /// No more than `most` bytes.
  void write_bulk(RecordWriter& to, std::size_t most);
};

}  // namespace mpyx::transport
