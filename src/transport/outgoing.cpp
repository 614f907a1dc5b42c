#include "transport/outgoing.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace mpyx::transport {

std::uint32_t OutgoingTransfers::take_number() {
  const auto same = [this](std::uint32_t open) { return Link::short_number(open) == Link::short_number(next_number_); };
  while (std::ranges::any_of(open_, same)) ++next_number_;
  return next_number_++;
}

Announcement OutgoingTransfers::add(const ChannelKey& key, std::uint8_t flags, HeldItem item,
                                    std::vector<Weight> weights) {
  const std::uint32_t number = take_number();
  Transfer& transfer = transfers_[number];
  transfer.key = key;
  transfer.item = std::move(item);
  transfer.weights = std::move(weights);
  return {key, flags, number, 0};
}

bool OutgoingTransfers::announce(RecordWriter& to, Announcement& announcement) {
  const auto found = transfers_.find(announcement.transfer);
  if (found == transfers_.end()) return true;  // dropped meanwhile
  const HeldItem& item = found->second.item;
  const auto blocks = static_cast<std::uint32_t>(item.blocks().size());
  const auto body = item.body();
  const bool inlined = body.size() <= inline_body;
  std::vector<std::uint64_t> sizes(blocks - announcement.sizes_written);
  for (std::uint32_t i = 0; i < sizes.size(); ++i) sizes[i] = item.block(announcement.sizes_written + i).size();
  const auto& weights = found->second.weights;
  const std::size_t last = sizeof(Large) + weights.size() * sizeof(Weight) + (inlined ? body.size() : 0);
  constexpr std::size_t most_at_the_end = 1024;  // sizes
  if (sizes.size() > most_at_the_end) {
    if (to.body_room() < sizeof(Sizes) + sizeof(std::uint64_t)) return false;
    const std::size_t now =
        std::min(sizes.size() - most_at_the_end, (to.body_room() - sizeof(Sizes)) / sizeof(std::uint64_t));
    to.begin(Record::sizes, 0, Sizes{announcement.transfer, static_cast<std::uint32_t>(now)});
    to.raw(sizes.data(), now * sizeof(std::uint64_t));
    to.finish();
    announcement.sizes_written += static_cast<std::uint32_t>(now);
    return announce(to, announcement);
  }
  if (to.body_room() < last + sizes.size() * sizeof(std::uint64_t)) return false;
  to.begin(Record::large, announcement.flags,
           Large{announcement.key, body.size(), announcement.transfer, blocks, static_cast<std::uint32_t>(sizes.size()),
                 item.flags(), static_cast<std::uint8_t>(inlined), static_cast<std::uint16_t>(weights.size())});
  to.all(weights);
  to.raw(sizes.data(), sizes.size() * sizeof(std::uint64_t));
  if (inlined) to.raw(body.data(), body.size());
  to.finish();
  return true;
}

bool OutgoingTransfers::skip_done_parts(Transfer& transfer) {
  const HeldItem& item = transfer.item;
  for (; transfer.part <= item.blocks().size(); ++transfer.part, transfer.position = 0) {
    const std::size_t size = transfer.part != 0                  ? item.block(transfer.part - 1).size()
                             : item.body().size() <= inline_body ? 0
                                                                 : item.body().size();
    if (transfer.position < size) return true;
  }
  return false;
}

bool OutgoingTransfers::grant(std::uint32_t number) {
  const auto found = transfers_.find(number);
  if (found == transfers_.end() || found->second.granted) return false;
  found->second.granted = true;
  if (skip_done_parts(found->second)) {
    granted_.push_back(number);
    open_.push_back(number);
  } else {
    transfers_.erase(found);
  }
  return true;
}

std::optional<OutgoingTransfers::Refused> OutgoingTransfers::refuse(std::uint32_t number) {
  const auto found = transfers_.find(number);
  if (found == transfers_.end() || found->second.granted) return std::nullopt;
  Refused refused{found->second.key, std::move(found->second.item)};
  transfers_.erase(found);
  return refused;
}

bool OutgoingTransfers::pump() {
  bool started = false;
  while (in_flight_ < k_chunks_in_flight && bytes_in_flight_ < k_bytes_in_flight && !granted_.empty()) {
    const std::uint32_t number = granted_.front();
    granted_.pop_front();
    Transfer& transfer = transfers_.at(number);
    const HeldItem& item = transfer.item;
    const std::span<const std::byte> part = transfer.part == 0 ? item.body() : item.block(transfer.part - 1);
    const auto chunk = part.subspan(transfer.position, std::min(Link::chunk_bytes, part.size() - transfer.position));
    link_->send_chunk(host_, number, chunk);
    transfer.position += chunk.size();
    transfer.in_flight.push_back(chunk.size());
    ++in_flight_;
    bytes_in_flight_ += chunk.size();
    if (skip_done_parts(transfer)) granted_.push_back(number);
    started = true;
  }
  return started;
}

bool OutgoingTransfers::chunk_sent(std::uint32_t number) {
  const auto found = transfers_.find(number);
  if (found == transfers_.end() || found->second.in_flight.empty()) return false;
  Transfer& transfer = found->second;
  --in_flight_;
  bytes_in_flight_ -= transfer.in_flight.front();  // whichever it was: over all of them the sum is right
  transfer.in_flight.pop_front();
  if (transfer.in_flight.empty() && !skip_done_parts(transfer)) {
    transfers_.erase(found);
    std::erase(open_, number);
  }
  return true;
}

void OutgoingTransfers::drop_ungranted() {
  std::erase_if(transfers_, [](const auto& each) { return !each.second.granted; });
}

}  // namespace mpyx::transport
