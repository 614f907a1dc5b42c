#include "transport/receiver.hpp"

#include <algorithm>
#include <utility>

namespace mpyx::transport {

Receiver::Receiver(channel::Domain& domain, const ChannelKey& key, int from, memory::Offset inbox,
                   std::uint32_t producer, ItemGates& gates)
    : domain_{&domain}, key_{key}, from_{from}, inbox_offset_{inbox}, intake_{domain, inbox, producer, gates} {
  intake_.inbox().courier_producers.fetch_add(1, std::memory_order_relaxed);
}

Open Receiver::limits(const Credit::Limits& wanted) const {
  const std::uint64_t lane_bytes = intake_.lane().shape.limit_bytes;
  Credit::Limits limits = wanted;
  limits.large_bytes = std::min(wanted.large_bytes, lane_bytes);
  return {key_, limits};
}

bool Receiver::add(std::span<const std::byte> record, std::uint32_t count, bool wants_back) {
  wants_back_ = wants_back;
  const auto items = intake_.gates().arrive(record, count);
  if (!items) return false;
  received_ += count;
  if (!unread_) return intake_.add(*items, count);
  if (wants_back) return intake_.queue(*items, count);
  intake_.count_dropped(count);
  intake_.gates().drop(*items, count);
  return true;
}

void Receiver::add(std::shared_ptr<Incoming> item) {
  ++received_;
  intake_.add(std::move(item));
}

void Receiver::count_refused(bool given_back) {
  ++received_;
  if (!given_back) intake_.count_dropped(1);
}

bool Receiver::readers_left() const {
  const channel::Inbox& inbox = intake_.inbox();
  // Couriers' ends take nothing from this lane. acquire: what the last one took is taken.
  return inbox.open_consumers.load(std::memory_order_acquire) <=
         inbox.courier_consumers.load(std::memory_order_relaxed);
}

bool Receiver::step() {
  bool changed = false;
  if (!unread_) {
    if (readers_left()) {
      stop_feeding();
      changed = true;
    } else {
      changed = intake_.feed();
    }
  }
  if (ended_ && !closed_ && intake_.empty()) {
    closed_ = changed = true;
    intake_.port().close();
  }
  return changed;
}

void Receiver::stop_feeding() {
  unread_ = true;
  if (!wants_back_) intake_.drop_all();
  take_back_lane();
}

void Receiver::take_back_lane() {
  ring::Consumer rest{intake_.lane(), 0xffff};  // no consumer's number: those are fewer
  std::deque<Intake::Waiting> back;
  while (const auto item = rest.take()) {
    channel::Frame frame{
        0, *item, *wire::parse_frame(channel::body_of(*domain_, *item), (item->flags & wire::flag::extended) != 0)};
    if (!wants_back_) {
      intake_.gates().drop(frame.view.tags);
      channel::drop_frame(*domain_, *item);
      rest.release(*item);
      continue;
    }
    ++taken_back_;
    auto kept = std::make_shared<Incoming>();
    kept->item = HeldItem{*domain_, frame};
    kept->state = Incoming::State::complete;
    kept->tags.assign(frame.view.tags.begin(), frame.view.tags.end());
    channel::drop_frame(*domain_, *item);
    rest.release(*item);
    const auto body = kept->item.body();
    if (!kept->item.blocks().empty() || body.size() > OutgoingTransfers::inline_body) {
      back.emplace_back(std::move(kept));
      continue;
    }
    if (back.empty() || !std::holds_alternative<Intake::Packed>(back.back())) back.emplace_back(Intake::Packed{});
    auto& packed = std::get<Intake::Packed>(back.back());
    const std::size_t at = packed.bytes.size();
    packed.bytes.resize(at + PackedItem::bytes_for(body.size()));
    PackedItem::write(packed.bytes.data() + at, kept->item.flags(), body);
    ++packed.count;
  }
  auto& waiting = intake_.waiting();
  waiting.insert(waiting.begin(), std::make_move_iterator(back.begin()), std::make_move_iterator(back.end()));
}

bool Receiver::take_unread_notice() { return unread_ && !std::exchange(unread_told_, true); }

bool Receiver::write_packed(RecordWriter& to, Intake::Packed& packed) {
  RecordReader reader{std::span{packed.bytes}.subspan(packed.begin)};
  auto item = PackedItem::read(reader);
  ItemGates& gates = intake_.gates();
  if (to.body_room() < sizeof(Items) + PackedItem::bytes_for(item->body.size()) + gates.bytes()) return false;
  if (!gates.may_leave(gates.tags_of(*item))) return false;
  const std::size_t begin = to.used();
  to.begin(Record::items, record_flag::returned, Items{key_, 0, 0});
  std::uint32_t count = 0;
  while (item && to.room() >= PackedItem::bytes_for(item->body.size()) + (count + 1) * gates.bytes()) {
    const auto tags = gates.tags_of(*item);
    if (!gates.may_leave(tags)) break;
    gates.leave(tags, weights_);
    PackedItem::write(to.at(to.used()), item->flags, item->body);
    to.skip(PackedItem::bytes_for(item->body.size()));
    ++count;
    packed.begin = packed.bytes.size() - reader.rest().size();
    item = --packed.count != 0 ? PackedItem::read(reader) : std::nullopt;
  }
  to.all(weights_);
  weights_.clear();
  to.finish();
  std::memcpy(to.at(begin + sizeof(RecordHead) + offsetof(Items, count)), &count, sizeof count);
  return true;
}

bool Receiver::write_returned(RecordWriter& to, OutgoingTransfers& large) {
  if (!unread_) return false;
  const std::size_t before = to.used();
  auto& waiting = intake_.waiting();
  for (;;) {
    if (announcement_) {
      if (!large.announce(to, *announcement_)) break;
      announcement_.reset();
    }
    if (waiting.empty()) break;
    if (auto* packed = std::get_if<Intake::Packed>(&waiting.front())) {
      if (!write_packed(to, *packed)) break;
      if (packed->count != 0) break;
    } else {
      Incoming& item = *std::get<std::shared_ptr<Incoming>>(waiting.front());
      if (item.state == Incoming::State::arriving) break;
      if (item.state == Incoming::State::failed) {
        intake_.count_dropped(1);
        intake_.gates().drop(item.tags);
      } else {
        if (!intake_.gates().may_leave(item.tags)) break;
        announcement_ = large.add(key_, record_flag::returned, std::move(item.item), intake_.gates().leave(item.tags));
      }
    }
    waiting.pop_front();
  }
  return to.used() != before;
}

bool Receiver::claims_due(std::int64_t now) {
  const std::uint64_t total = claimed();
  if (total == told_) return false;
  return (total - told_) * 4 >= received_ - told_ || now - told_at_ >= claims_after;
}

void Receiver::write_claims(RecordWriter& to, std::int64_t now) {
  told_ = claimed();
  told_at_ = now;
  to.begin(Record::claimed, 0, Claimed{key_, told_});
  to.finish();
}

bool Receiver::has_work(std::int64_t now, bool announce) {
  if (claims_due(now) || (ended_ && !closed_ && intake_.empty())) return true;
  return unread_ ? something_returns() : readers_left() || intake_.movable(announce);
}

bool Receiver::something_returns() {
  if (announcement_) return true;
  if (intake_.empty()) return false;
  const auto* item = std::get_if<std::shared_ptr<Incoming>>(&intake_.waiting().front());
  return item == nullptr || (*item)->state != Incoming::State::arriving;
}

void Receiver::announce() {
  if (unread_) return;
  if (!intake_.empty()) {
    intake_.movable(true);
    return;
  }
  const std::uint64_t waiting = intake_.in_lane();
  if (waiting == 0) return;
  const std::uint64_t untold = claimed() - told_;
  const std::uint64_t wanted = std::max<std::uint64_t>((received_ - told_ + 3) / 4, 1);
  intake_.port().announce_taken(std::clamp<std::uint64_t>(wanted - std::min(wanted, untold), 1, waiting));
}

void Receiver::stop_announcing() { intake_.port().stop_announcing(); }

}  // namespace mpyx::transport
