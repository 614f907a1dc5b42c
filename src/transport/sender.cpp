#include "transport/sender.hpp"

#include <algorithm>
#include <utility>

namespace mpyx::transport {

namespace {

/// A larger one counts for the bound of large bytes, as it does in inboxes.
constexpr std::size_t largest_small = 1024;

bool is_large(const channel::Domain& domain, const channel::Frame& frame) {
  return !frame.view.blocks.empty() || channel::body_of(domain, frame.item).size() > Sender::largest_packed;
}

}  // namespace

Sender::Sender(channel::Domain& domain, const ChannelKey& key, int to, memory::Offset inbox, std::uint32_t consumer,
               std::uint32_t remote_consumers, ItemGates& gates)
    : domain_{&domain},
      key_{key},
      to_{to},
      inbox_offset_{inbox},
      inbox_{domain.at<channel::Inbox>(inbox)},
      port_{domain, inbox, consumer},
      credit_{remote_consumers, inbox_->consumers > 1},
      gates_{&gates} {
  inbox_->courier_consumers.fetch_add(1, std::memory_order_relaxed);
}

bool Sender::next() {
  if (next_) return true;
  if (!may_take()) return false;
  next_ = port_.take();
  return next_.has_value();
}

bool Sender::write(RecordWriter& to, std::size_t quantum, std::int64_t now, OutgoingTransfers& large) {
  if (left_ && !announcement_) return false;
  const std::size_t before = to.used();
  const std::size_t until = std::min(quantum, to.room()) + before;
  for (;;) {
    if (announcement_) {
      if (!large.announce(to, *announcement_)) break;
      announcement_.reset();
    }
    if (to.used() >= until || !next()) break;
    if (is_large(*domain_, *next_) ? !write_large(now, large) : !write_items(to, until - to.used(), now)) break;
  }
  if (!next_ && !announcement_) write_end(to);
  return to.used() != before;
}

bool Sender::write_large(std::int64_t now, OutgoingTransfers& large) {
  if (!gates_->may_leave(next_->view.tags)) return false;
  HeldItem item{*domain_, *next_};
  credit_.sent(item.bytes(), true, now);
  announcement_ = large.add(key_, wants_back_ ? record_flag::wants_back : std::uint8_t{0}, std::move(item),
                            gates_->leave(next_->view.tags));
  port_.release(*next_);
  next_.reset();
  return true;
}

bool Sender::write_items(RecordWriter& to, std::size_t quantum, std::int64_t now) {
  const std::size_t until = to.used() + quantum;
  std::uint32_t count = 0;
  const std::size_t begin = to.used();
  const auto needed = [&] { return PackedItem::bytes_for(channel::body_of(*domain_, next_->item).size()); };
  if (to.body_room() < sizeof(Items) + needed() + gates_->bytes()) return false;
  if (!gates_->may_leave(next_->view.tags)) return false;
  to.begin(Record::items, wants_back_ ? record_flag::wants_back : std::uint8_t{0}, Items{key_, 0, 0});
  do {
    const auto body = channel::body_of(*domain_, next_->item);
    const std::size_t bytes = PackedItem::bytes_for(body.size());
    if (to.room() < bytes + (count + 1) * gates_->bytes() || !gates_->may_leave(next_->view.tags)) break;
    PackedItem::write(to.at(to.used()), static_cast<std::uint8_t>(next_->item.flags & ~wire::flag::in_block), body);
    to.skip(bytes);
    ++count;
    gates_->leave(next_->view.tags, weights_);
    credit_.sent(bytes, bytes > largest_small, now);
    port_.release(*next_);
    next_.reset();
  } while (to.used() < until && next() && !is_large(*domain_, *next_));
  to.all(weights_);
  weights_.clear();
  to.finish();
  std::memcpy(to.at(begin + sizeof(RecordHead) + offsetof(Items, count)), &count, sizeof count);
  return true;
}

void Sender::write_end(RecordWriter& to) {
  if (end_sent_ || left_ || !credit_.is_open() || to.body_room() < sizeof key_ || !port_.ended()) return;
  to.begin(Record::end, 0, key_);
  to.finish();
  end_sent_ = true;
}

bool Sender::has_work() {
  if (announcement_ || next_) return true;
  return may_take() && port_.ready() ? true : !end_sent_ && !left_ && credit_.is_open() && port_.ended();
}

void Sender::announce_idle(bool idle) {
  if (idle) {
    announced_ = may_take();
    if (announced_) port_.announce_idle();
  } else if (std::exchange(announced_, false)) {
    port_.come_back();
  }
}

std::optional<HeldItem> Sender::stop_reading() {
  if (std::exchange(left_, true)) return std::nullopt;
  std::optional<HeldItem> item;
  if (next_) {
    item.emplace(*domain_, *next_);
    port_.release(*next_);
    next_.reset();
  }
  port_.leave();
  inbox_->courier_consumers.fetch_sub(1, std::memory_order_relaxed);
  return item;
}

}  // namespace mpyx::transport
