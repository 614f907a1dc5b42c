#include "transport/engine.hpp"

#include <algorithm>
#include <utility>

namespace mpyx::transport {

namespace {
constexpr int taken_in_a_row = 8;
}  // namespace

bool Courier::Engine::receive(std::int64_t now) {
  for (int i = 0; i < taken_in_a_row; ++i) {
    const auto arrival = link_->receive();
    if (!arrival) break;
    arrived_ = true;
    Peer& from = peer(arrival->from);
    from.heard = now;
    if (from.lost) continue;
    if (!read(from, arrival->bytes, now)) lose(from, "it sent a message that makes no sense");
  }
  return useful_;
}

bool Courier::Engine::finish_chunks(std::int64_t now) {
  bool any = false;
  const auto tell_failed = failed();
  while (const auto done = link_->chunk_done()) {
    Peer& other = peer(done->host);
    other.heard = now;
    any |= done->sent ? other.outgoing.chunk_sent(done->transfer)
                      : other.incoming.chunk_received(done->transfer, tell_failed);
  }
  return any;
}

bool Courier::Engine::read(Peer& from, std::span<const std::byte> batch, std::int64_t now) {
  RecordReader reader{batch};
  while (!reader.empty()) {
    const auto head = reader.get<RecordHead>();
    if (!head) return false;
    const auto body = reader.bytes(head->bytes);
    if (!body || !read(from, *head, RecordReader{*body}, now)) return false;
    useful_ |= head->kind != Record::ping && head->kind != Record::pong;
  }
  return true;
}

bool Courier::Engine::read(Peer& from, const RecordHead& head, RecordReader body, std::int64_t now) {
  switch (head.kind) {
    case Record::control:
      return read_control(from, head, body);
    case Record::bulk:
      return read_bulk(from, body);
    case Record::open:
      return read_open(from, body);
    case Record::claimed: {
      const auto claims = body.get<Claimed>();
      if (!claims) return false;
      ++moved_;
      if (Sender* end = sender(claims->key, from.host)) {
        end->credit().claimed(claims->items, now, from.round_trip.shortest());
      }
      return true;
    }
    case Record::end: {
      const auto key = body.get<ChannelKey>();
      if (!key) return false;
      if (Receiver* end = receiver(*key, from.host)) end->end();
      return true;
    }
    case Record::unread: {
      const auto key = body.get<ChannelKey>();
      if (key) stop_reading(*key, from.host);
      return key.has_value();
    }
    case Record::items:
      return read_items(from, head, body);
    case Record::sizes: {
      const auto sizes = body.get<Sizes>();
      return sizes && from.incoming.sizes(*sizes, body);
    }
    case Record::large:
      return read_large(from, head, body);
    case Record::grant: {
      const auto grant = body.get<Grant>();
      return grant && from.outgoing.grant(grant->transfer);
    }
    case Record::refuse:
      return read_refusal(from, head, body);
    case Record::ping: {
      const auto time = body.get<std::int64_t>();
      if (time && !from.said_goodbye) from.ping = time;
      return time.has_value();
    }
    case Record::pong: {
      const auto time = body.get<std::int64_t>();
      if (time) from.round_trip.add(std::max<std::int64_t>(now - *time, 0));
      return time.has_value();
    }
    case Record::goodbye:
      from.heard_goodbye = true;
      from.outgoing.drop_ungranted();
      return true;
    case Record::weights:
      return read_weights(from, body);
  }
  return false;
}

bool Courier::Engine::read_control(Peer& from, const RecordHead& head, RecordReader body) {
  spoke_ = true;
  const bool last = (head.flags & record_flag::last_part) != 0;
  const auto part = body.rest();
  from.message_in.insert(from.message_in.end(), part.begin(), part.end());
  if (last) courier_->callbacks_.control(from.host, std::exchange(from.message_in, {}));
  return true;
}

bool Courier::Engine::read_bulk(Peer& from, RecordReader body) {
  constexpr std::uint64_t most_reserved = std::uint64_t{1} << 30;
  spoke_ = true;
  const auto left = body.get<std::uint64_t>();
  const auto part = body.rest();
  if (!left || part.size() > *left) return false;
  if (from.bulk_in.empty())
    from.bulk_in.reserve(std::min(*left, most_reserved));  // so that it is not moved as it grows
  from.bulk_in.insert(from.bulk_in.end(), part.begin(), part.end());
  if (part.size() == *left) courier_->callbacks_.control(from.host, std::exchange(from.bulk_in, {}));
  return true;
}

bool Courier::Engine::read_open(Peer& from, RecordReader body) {
  const auto open = body.get<Open>();
  if (!open) return false;
  if (Sender* end = sender(open->key, from.host)) {
    end->credit().open(open->limits);
  } else if (std::find(detached_.begin(), detached_.end(), open->key.run) == detached_.end()) {
    early_.push_back({from.host, *open, false});
  }
  return true;
}

bool Courier::Engine::read_items(Peer& from, const RecordHead& head, RecordReader body) {
  const auto items = body.get<Items>();
  if (!items) return false;
  moved_ += items->count;
  bool sound = true;
  if ((head.flags & record_flag::returned) != 0) {
    if (Sender* end = sender(items->key, from.host)) end->credit().returned(items->count);
    if (Returns* lane = returns(items->key)) {
      const auto returned = lane->intake().gates().arrive(body.rest(), items->count);
      if (!returned) return false;
      guarded(items->key, lane->intake(), [&] { sound = lane->intake().add(*returned, items->count); });
    }
  } else if (Receiver* end = receiver(items->key, from.host)) {
    const bool wants_back = (head.flags & record_flag::wants_back) != 0;
    guarded(items->key, end->intake(), [&] { sound = end->add(body.rest(), items->count, wants_back); });
  }
  return sound;
}

bool Courier::Engine::read_large(Peer& from, const RecordHead& head, RecordReader body) {
  const auto large = body.get<Large>();
  if (!large) return false;
  const auto weights = body.all<Weight>(large->weights);
  if (!weights) return false;
  auto item = std::make_shared<Incoming>();
  for (const Weight& each : *weights) item->tags.push_back(each.tag);
  if ((head.flags & record_flag::returned) != 0) {
    if (Sender* end = sender(large->key, from.host)) end->credit().returned(1);
    if (Returns* lane = returns(large->key)) {
      if (!lane->intake().gates().arrive(*weights)) return false;
      lane->intake().add(item);
    }
  } else if (Receiver* end = receiver(large->key, from.host)) {
    end->set_wants_back((head.flags & record_flag::wants_back) != 0);
    if (end->unread() && end->wants_back()) {
      end->count_refused(true);
      append_record(from.records, Record::refuse, record_flag::give_back, Grant{large->transfer}, *weights);
      from.incoming.forget(large->transfer);
      return true;
    }
    ItemGates& gates = end->intake().gates();
    if (!gates.arrive(*weights)) return false;
    if (end->unread()) {
      end->count_refused(false);
      gates.drop(item->tags);
      append_record(from.records, Record::refuse, 0, Grant{large->transfer});
      from.incoming.forget(large->transfer);
      return true;
    }
    end->add(item);
  }
  return from.incoming.announce(*large, body, std::move(item));
}

bool Courier::Engine::read_refusal(Peer& from, const RecordHead& head, RecordReader body) {
  const auto refusal = body.get<Grant>();
  if (!refusal) return false;
  auto refused = from.outgoing.refuse(refusal->transfer);
  if (!refused || (head.flags & record_flag::give_back) == 0) return true;
  if (const auto channel = channels_.find(refused->key); channel != channels_.end()) {
    const auto weights = body.all<Weight>(body.rest().size() / sizeof(Weight));
    if (!channel->second.gates.arrive(*weights)) return false;
  }
  if (Sender* end = sender(refused->key, from.host)) end->credit().returned(1);
  give_back(refused->key, std::move(refused->item));
  return true;
}

/// An item that counts here and was to go elsewhere.
void Courier::Engine::give_back(const ChannelKey& key, HeldItem item) {
  const auto channel = channels_.find(key);
  if (channel == channels_.end()) return;
  Returns* lane = channel->second.returns.get();
  if (lane == nullptr) {
    channel->second.gates.drop(item.tags());
    return;
  }
  auto back = std::make_shared<Incoming>();
  const auto tags = item.tags();
  back->tags.assign(tags.begin(), tags.end());
  back->item = std::move(item);
  back->state = Incoming::State::complete;
  lane->intake().add(std::move(back));
}

/// Back to home, or from there; a run that is over is no mistake.
bool Courier::Engine::read_weights(Peer& from, RecordReader body) {
  const auto key = body.get<GateKey>();
  if (!key) return false;
  const auto weights = body.all<Weight>(body.rest().size() / sizeof(Weight));
  const auto found = gates_.find(*key);
  if (found == gates_.end()) return true;
  GateAccount& gate = found->second;
  for (const Weight& each : *weights) {
    if (!gate.weight_came(each)) return false;
    if (const auto answer = gate.take_answer()) append_record(from.records, Record::weights, 0, *key, {*answer});
  }
  return true;
}

void Courier::Engine::stop_reading(const ChannelKey& key, int host) {
  Sender* end = sender(key, host);
  if (end == nullptr) {
    for (EarlyOpen& early : early_) early.unread |= early.from == host && early.open.key == key;
    return;
  }
  if (auto item = end->stop_reading()) give_back(key, std::move(*item));
}

}  // namespace mpyx::transport
