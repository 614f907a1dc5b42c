#include "transport/item_gates.hpp"

#include <algorithm>
#include <cstring>

#include "wire/frame.hpp"

namespace mpyx::transport {

std::span<const std::uint64_t> ItemGates::tags_of(const PackedItem& item) {
  tags_.clear();
  if (none() || (item.flags & wire::flag::extended) == 0) return tags_;
  const auto view = wire::parse_frame(item.body, true);  // where they are: the body is not aligned here
  if (!view) return tags_;
  tags_.resize(view->tags.size());
  if (!tags_.empty()) std::memcpy(tags_.data(), view->tags.data(), view->tags.size_bytes());
  return tags_;
}

bool ItemGates::may_leave(std::span<const std::uint64_t> tags) {
  bool may = true;
  for (std::size_t i = 0; i < gates_.size(); ++i) may &= gates_[i]->may_leave(tag(tags, i));
  return may;
}

void ItemGates::leave(std::span<const std::uint64_t> tags, std::vector<std::uint64_t>& weights) {
  for (std::size_t i = 0; i < gates_.size(); ++i) weights.push_back(gates_[i]->leave(tag(tags, i)));
}

std::vector<Weight> ItemGates::leave(std::span<const std::uint64_t> tags) {
  std::vector<Weight> weights;
  for (std::size_t i = 0; i < gates_.size(); ++i) {
    const std::uint64_t number = tag(tags, i);
    weights.push_back({number, gates_[i]->leave(number)});
  }
  return weights;
}

std::optional<std::span<const std::byte>> ItemGates::arrive(std::span<const std::byte> record, std::uint32_t count) {
  if (none()) return record;
  if (count > record.size() / bytes()) return std::nullopt;
  const auto items = record.first(record.size() - count * bytes());
  RecordReader reader{items}, weights{record.subspan(items.size())};
  for (; count != 0; --count) {
    const auto item = PackedItem::read(reader);
    if (!item) return std::nullopt;
    const auto tags = tags_of(*item);
    for (std::size_t i = 0; i < gates_.size(); ++i) {
      if (!gates_[i]->arrive(tag(tags, i), *weights.get<std::uint64_t>())) return std::nullopt;
    }
  }
  return items;
}

bool ItemGates::arrive(std::span<const Weight> large) {
  if (large.size() != gates_.size()) return false;
  bool sense = true;
  for (std::size_t i = 0; i < gates_.size(); ++i) sense &= gates_[i]->arrive(large[i].tag, large[i].weight);
  return sense;
}

void ItemGates::drop(std::span<const std::uint64_t> tags) {
  for (std::size_t i = 0; i < std::min(gates_.size(), tags.size()); ++i) gates_[i]->drop(tags[i]);
}

void ItemGates::drop(std::span<const std::byte> items, std::uint64_t count) {
  if (none()) return;
  for (RecordReader reader{items}; count != 0; --count) drop(tags_of(*PackedItem::read(reader)));
}

}  // namespace mpyx::transport
