#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "transport/credit.hpp"
#include "transport/intake.hpp"
#include "transport/outgoing.hpp"
#include "transport/record.hpp"

namespace mpyx::transport {

/// The courier as a producer of this host's inbox, standing for the producers on one other host. Used by the courier's thread.
///
/// When nobody here reads any more, the sender is told, and what was not claimed goes back: out of the lane (whoever might
/// take from it has left, so this thread is its only consumer), out of the queue in front of it, and whatever comes later.
/// Each item thus ends in exactly one of: claimed here, dropped, or sent back, and the sender can count all of them.
class Receiver {
 public:
  Receiver(channel::Domain& domain, const ChannelKey& key, int from, memory::Offset inbox, std::uint32_t producer,
           ItemGates& gates);
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  const ChannelKey& key() const { return key_; }
  int from() const { return from_; }
  memory::Offset inbox() const { return inbox_offset_; }
  /// What the sender may send before anything is claimed.
  Open limits(const Credit::Limits& wanted) const;

  /// Items that came; false when they are damaged. Throws OutOfMemory after having dropped nothing: drop_first() follows.
  [[nodiscard]] bool add(std::span<const std::byte> items, std::uint32_t count, bool wants_back);
  void add(std::shared_ptr<Incoming> item);
  void end() { ended_ = true; }
  Intake& intake() { return intake_; }

  /// Moves items into the lane, closes it at the end, notices that nobody reads; returns whether anything changed.
  bool step();
  bool has_work(std::int64_t now, bool announce);
  /// Before the courier parks: consumers tell it what it waits for.
  void announce();
  void stop_announcing();

  /// Claims that the sender should hear of now.
  bool claims_due(std::int64_t now);
  void write_claims(RecordWriter& to, std::int64_t now);
  /// True once, when all readers have left: to be told to the sender.
  bool take_unread_notice();
  bool unread() const { return unread_; }
  /// A large item that was announced and is not wanted: it is counted, and refused.
  void count_refused(bool given_back);
  bool wants_back() const { return wants_back_; }
  void set_wants_back(bool wants_back) { wants_back_ = wants_back; }
  const std::optional<Announcement>& unfinished() const { return announcement_; }
  /// What goes back; returns whether anything was written.
  bool write_returned(RecordWriter& to, OutgoingTransfers& large);

 private:
  static constexpr std::int64_t claims_after = 100'000;  // ns, at the latest

  bool readers_left() const;
  bool something_returns();
  void stop_feeding();
  void take_back_lane();
  bool write_packed(RecordWriter& to, Intake::Packed& packed);
  std::uint64_t claimed() { return intake_.claimed() - taken_back_; }

  channel::Domain* domain_;
  ChannelKey key_;
  int from_;
  memory::Offset inbox_offset_;
  Intake intake_;
  std::uint64_t received_ = 0;
  std::uint64_t told_ = 0;  // claims that the sender knows of
  std::int64_t told_at_ = 0;
  std::uint64_t taken_back_ = 0;  // items that had been in the lane and go back
  std::optional<Announcement> announcement_;
  std::vector<std::uint64_t> weights_;  // of the items of one record that go back
  bool wants_back_ = false;
  bool ended_ = false;
  bool closed_ = false;
  bool unread_ = false;
  bool unread_told_ = false;
};

}  // namespace mpyx::transport
