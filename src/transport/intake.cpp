#include "transport/intake.hpp"

#include <utility>

#include "transport/record.hpp"

namespace mpyx::transport {

namespace {

/// What another host sent is put into shared memory only if every consumer can read it.
bool sound(const PackedItem& item) {
  if (item.flags == 0) [[likely]]
    return true;
  if (item.flags != wire::flag::extended) return false;
  const auto view = wire::parse_frame(item.body, true);  // looks at lengths only: the body is not aligned here
  return view && view->blocks.empty();
}

bool sound(std::span<const std::byte> items, std::uint64_t count) {
  RecordReader reader{items};
  for (; count != 0; --count) {
    const auto item = PackedItem::read(reader);
    if (!item || !sound(*item)) return false;
  }
  return reader.empty();
}

}  // namespace

bool Intake::add(std::span<const std::byte> items, std::uint32_t count) {
  if (!waiting_.empty()) return queue(items, count);
  RecordReader reader{items};
  for (std::uint64_t left = count; left != 0; --left) {
    if (!port_.has_room()) {
      if (!sound(reader.rest(), left)) return false;
      add_rest(reader.rest(), left);
      return true;
    }
    const auto before = reader.rest();
    const auto item = PackedItem::read(reader);
    if (!item || !sound(*item)) return false;
    try {
      publish_body(*domain_, port_, item->flags, item->body);
    } catch (const memory::OutOfMemory&) {
      if (!sound(before, left)) return false;
      add_rest(before, left);
      throw;
    }
    ++published_;
  }
  return reader.empty();
}

bool Intake::queue(std::span<const std::byte> items, std::uint32_t count) {
  if (!sound(items, count)) return false;
  add_rest(items, count);
  return true;
}

void Intake::add_rest(std::span<const std::byte> bytes, std::uint64_t count) {
  if (!waiting_.empty()) {
    if (auto* last = std::get_if<Packed>(&waiting_.back()); last != nullptr && last->begin == 0) {
      last->bytes.insert(last->bytes.end(), bytes.begin(), bytes.end());
      last->count += count;
      return;
    }
  }
  waiting_.emplace_back(Packed{{bytes.begin(), bytes.end()}, 0, count});
}

void Intake::add(std::shared_ptr<Incoming> item) { waiting_.emplace_back(std::move(item)); }

bool Intake::feed() {
  bool moved = false;
  while (!waiting_.empty()) {
    if (auto* packed = std::get_if<Packed>(&waiting_.front())) {
      moved |= feed_packed(*packed);
      if (packed->count != 0) return moved;
    } else {
      Incoming& item = *std::get<std::shared_ptr<Incoming>>(waiting_.front());
      if (item.state == Incoming::State::arriving) return moved;
      if (item.state == Incoming::State::failed) {
        ++dropped_;
        gates_->drop(item.tags);
      } else {
        if (!port_.has_room()) return moved;
        item.item.publish(port_);
        ++published_;
      }
      moved = true;
    }
    waiting_.pop_front();
  }
  return moved;
}

bool Intake::feed_packed(Packed& packed) {
  bool moved = false;
  RecordReader reader{std::span{packed.bytes}.subspan(packed.begin)};
  while (packed.count != 0 && port_.has_room()) {
    const auto item = PackedItem::read(reader);  // was looked through when it came
    publish_body(*domain_, port_, item->flags, item->body);
    packed.begin = packed.bytes.size() - reader.rest().size();
    --packed.count;
    ++published_;
    moved = true;
  }
  return moved;
}

bool Intake::movable(bool announce) {
  if (waiting_.empty()) return false;
  if (const auto* item = std::get_if<std::shared_ptr<Incoming>>(&waiting_.front())) {
    if ((*item)->state == Incoming::State::arriving) return false;
    if ((*item)->state == Incoming::State::failed) return true;
  }
  return announce ? port_.room_or_announced() : port_.has_room();
}

void Intake::drop_first() {
  ++dropped_;
  if (auto* packed = std::get_if<Packed>(&waiting_.front())) {
    RecordReader reader{std::span{packed->bytes}.subspan(packed->begin)};
    gates_->drop(gates_->tags_of(*PackedItem::read(reader)));
    packed->begin = packed->bytes.size() - reader.rest().size();
    if (--packed->count != 0) return;
  } else {
    gates_->drop(std::get<std::shared_ptr<Incoming>>(waiting_.front())->tags);
  }
  waiting_.pop_front();
}

void Intake::drop_all() {
  for (const auto& each : waiting_) {
    if (const auto* packed = std::get_if<Packed>(&each)) {
      dropped_ += packed->count;
      gates_->drop(std::span{packed->bytes}.subspan(packed->begin), packed->count);
    } else {
      ++dropped_;
      gates_->drop(std::get<std::shared_ptr<Incoming>>(each)->tags);
    }
  }
  waiting_.clear();
}

}  // namespace mpyx::transport
