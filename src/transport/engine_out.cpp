#include <algorithm>

#include "transport/engine.hpp"

namespace mpyx::transport {

namespace {
constexpr int sent_in_a_row = 4;
constexpr std::size_t bytes_in_turn = 16384;                           // of one channel
constexpr std::size_t kept_for_items = Sender::largest_packed + 4096;  // and what comes before such an item
constexpr std::int64_t ping_every = 50'000'000;
}  // namespace

bool Courier::Engine::send(Peer& to, std::int64_t now) {
  if (to.silent()) return false;
  bool worked = to.outgoing.pump();
  for (int i = 0; i < sent_in_a_row; ++i) {
    const auto room = link_->batch_room(to.host);
    to.blocked = room.empty();
    if (to.blocked) return worked;
    RecordWriter writer{room};
    const bool useful = write(to, writer, now);
    if (writer.used() == 0) return worked;
    link_->send_batch(to.host, writer.used());
    to.sent = now;
    worked |= useful;
    if (!useful || to.said_goodbye) return worked;
  }
  return true;
}

/// Returns whether there is anything but pings and answers to them: those are no reason to look for more.
bool Courier::Engine::write(Peer& to, RecordWriter& writer, std::int64_t now) {
  to.write_pong(writer);
  const std::size_t pong = writer.used();
  to.write_records(writer);
  to.write_messages(writer);
  const std::size_t room = writer.body_room();
  const std::size_t kept = to.senders.empty() ? 0 : std::min(room, kept_for_items);
  to.write_bulk(writer, std::max(std::min(room / 2, room - kept), room / 8));
  const bool items = !to.heard_goodbye && write_channels(to, writer, now);
  const bool useful = writer.used() != pong;
  if (may_say_goodbye(to) && !useful) {
    writer.begin(Record::goodbye, 0, std::uint64_t{0});
    writer.finish();
    to.said_goodbye = true;
    return true;
  }
  const std::int64_t due = items ? to.pinged + ping_every : to.sent + courier_->options_.heartbeat;
  if ((now >= due || to.pinged == 0) && writer.body_room() >= sizeof now) {
    writer.begin(Record::ping, 0, now);
    writer.finish();
    to.pinged = now;
  }
  return useful;
}

/// Not to a host that has left: it has let go of all channels, and answers nothing any more.
bool Courier::Engine::write_channels(Peer& to, RecordWriter& writer, std::int64_t now) {
  for (Receiver* end : to.receivers) {
    if (writer.body_room() < sizeof(Claimed) || !end->claims_due(now)) continue;
    end->write_claims(writer, now);
    ++moved_;
  }
  bool any = false;
  for (Receiver* end : to.receivers) any |= end->write_returned(writer, to.outgoing);
  bool more = true;
  while (more && !to.senders.empty()) {
    more = false;
    for (std::size_t i = 0; i < to.senders.size(); ++i) {
      to.turn = to.turn + 1 < to.senders.size() ? to.turn + 1 : 0;
      Sender& end = *to.senders[to.turn];
      const std::uint64_t before = end.credit().sent();
      more |= end.write(writer, bytes_in_turn, now, to.outgoing);
      moved_ += end.credit().sent() - before;
    }
    any |= more;
  }
  return any;
}

bool Courier::Engine::may_say_goodbye(const Peer& to) const {
  return leave_until_ != 0 && to.records.empty() && to.messages.empty() && to.bulk.empty() && to.incoming.empty() &&
         to.outgoing.empty();
}

}  // namespace mpyx::transport
