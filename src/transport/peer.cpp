#include "transport/peer.hpp"

namespace mpyx::transport {

void Peer::write_records(RecordWriter& to) {
  std::size_t whole = 0;
  while (whole < records.size()) {
    RecordHead head;
    std::memcpy(&head, records.data() + whole, sizeof head);
    const std::size_t bytes = sizeof head + head.bytes;
    if (to.room() < whole + bytes) break;
    whole += bytes;
  }
  to.raw(records.data(), whole);
  records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(whole));
}

void Peer::write_pong(RecordWriter& to) {
  if (!ping || to.body_room() < sizeof *ping) return;
  to.begin(Record::pong, 0, *ping);
  to.finish();
  ping.reset();
}

void Peer::write_messages(RecordWriter& to) {
  while (!messages.empty() && to.room() > sizeof(RecordHead)) {
    const auto& message = messages.front();
    const std::size_t part = std::min(message.size() - message_written, to.body_room());
    const bool last = message_written + part == message.size();
    const RecordHead head{Record::control, last ? record_flag::last_part : std::uint8_t{0}, 0,
                          static_cast<std::uint32_t>(part)};
    to.raw(&head, sizeof head);
    to.raw(message.data() + message_written, part);
    message_written += part;
    if (!last) return;
    messages.pop_front();
    message_written = 0;
  }
}

void Peer::write_bulk(RecordWriter& to, std::size_t most) {
  if (bulk.empty() || most <= sizeof(std::uint64_t)) return;
  const auto& message = bulk.front();
  const std::uint64_t left = message.size() - bulk_written;
  const std::size_t part = std::min<std::size_t>(left, most - sizeof left);
  to.begin(Record::bulk, 0, left);
  to.raw(message.data() + bulk_written, part);
  to.finish();
  bulk_written += part;
  if (part != left) return;
  bulk.pop_front();
  bulk_written = 0;
}

}  // namespace mpyx::transport
