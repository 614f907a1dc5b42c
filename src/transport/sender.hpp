#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "transport/credit.hpp"
#include "transport/held_item.hpp"
#include "transport/item_gates.hpp"
#include "transport/outgoing.hpp"
#include "transport/record.hpp"

namespace mpyx::transport {

/// The courier as a consumer of this host's inbox, standing for the consumers on one other host. It takes items only as far
/// as those may have more, so that they share the work with the consumers here. Used by the courier's thread.
///
/// It takes nothing that came from another host: else items could travel in circles, and of two hosts that both produce and
/// consume each would wait for the other's end. So it has ended when this host's own producers have.
class Sender {
 public:
  /// A larger body, or one with blocks, does not go through a batch.
  static constexpr std::size_t largest_packed = 32768;

  Sender(channel::Domain& domain, const ChannelKey& key, int to, memory::Offset inbox, std::uint32_t consumer,
         std::uint32_t remote_consumers, ItemGates& gates);
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  const ChannelKey& key() const { return key_; }
  int to() const { return to_; }
  memory::Offset inbox() const { return inbox_offset_; }
  Credit& credit() { return credit_; }
  void leave_out(std::uint32_t producer) { port_.leave_out(producer); }
  /// What nobody reads there is to come back.
  void want_back() { wants_back_ = true; }

  /// Everything that was taken was claimed or came back.
  bool settled() const { return credit_.settled() && !next_; }

  /// Writes at most about `quantum` bytes of items, and the end when it has come; returns whether it wrote anything.
  /// Large items are announced, and handed to `large`.
  bool write(RecordWriter& to, std::size_t quantum, std::int64_t now, OutgoingTransfers& large);
  /// Something could be written.
  bool has_work();
  void announce_idle(bool idle);

  /// Nobody reads there any more: takes nothing from now on. Returns the item that was taken and not yet sent.
  std::optional<HeldItem> stop_reading();
  const std::optional<Announcement>& unfinished() const { return announcement_; }

 private:
  bool may_take() const { return !left_ && credit_.allows(); }
  bool write_items(RecordWriter& to, std::size_t quantum, std::int64_t now);
  bool write_large(std::int64_t now, OutgoingTransfers& large);
  void write_end(RecordWriter& to);
  bool next();

  channel::Domain* domain_;
  ChannelKey key_;
  int to_;
  memory::Offset inbox_offset_;
  channel::Inbox* inbox_;
  channel::InPort port_;
  Credit credit_;
  ItemGates* gates_;
  std::vector<std::uint64_t> weights_;  // of the items of one record
  std::optional<channel::Frame> next_;  // taken, and not yet written
  std::optional<Announcement> announcement_;
  bool wants_back_ = false;
  bool announced_ = false;
  bool end_sent_ = false;
  bool left_ = false;
};

}  // namespace mpyx::transport
