#include "transport/incoming.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "transport/outgoing.hpp"

namespace mpyx::transport {

namespace {

constexpr std::uint32_t most_blocks = 65535;  // of one frame

bool read_sizes(RecordReader& reader, std::size_t count, std::vector<std::uint64_t>& sizes) {
  for (; count != 0; --count) {
    const auto size = reader.get<std::uint64_t>();
    if (!size || sizes.size() == most_blocks) return false;
    sizes.push_back(*size);
  }
  return true;
}

}  // namespace

std::uint64_t IncomingTransfers::Transfer::load() const {
  return std::min(std::accumulate(sizes.begin(), sizes.end(), head.body_bytes),
                  std::uint64_t{k_posted} * Link::chunk_bytes);
}

bool IncomingTransfers::sizes(const Sizes& head, RecordReader& reader) {
  return read_sizes(reader, head.count, sizes_[head.transfer]);
}

bool IncomingTransfers::announce(const Large& head, RecordReader& reader, std::shared_ptr<Incoming> item) {
  Transfer transfer;
  transfer.head = head;
  if (const auto before = sizes_.extract(head.transfer)) transfer.sizes = before.mapped();
  if (!read_sizes(reader, head.sizes, transfer.sizes) || transfer.sizes.size() != head.blocks) return false;
  if ((head.item_flags & ~wire::flag::extended) != 0) return false;
  if ((head.inline_body != 0) != (head.body_bytes <= OutgoingTransfers::inline_body)) return false;
  if (head.inline_body != 0) {
    const auto body = reader.bytes(head.body_bytes);
    if (!body) return false;
    transfer.body.assign(body->begin(), body->end());
  }
  transfer.item = std::move(item);
  announced_.push_back(std::move(transfer));
  return true;
}

/// With one that was granted: the sender avoids that as long as it can, and then it has to wait.
bool IncomingTransfers::clashes(std::uint32_t transfer) const {
  const auto same = [&](const auto& each) { return Link::short_number(each.first) == Link::short_number(transfer); };
  return std::ranges::any_of(granted_, same);
}

void IncomingTransfers::allocate(Transfer& transfer) {
  HeldItem item{*domain_, transfer.head.item_flags, transfer.head.body_bytes, transfer.sizes,
                OutgoingTransfers::inline_body};
  if (!transfer.body.empty()) std::memcpy(item.body().data(), transfer.body.data(), transfer.body.size());
  transfer.item->item = std::move(item);
}

bool IncomingTransfers::skip_done_parts(Transfer& transfer) {
  for (; transfer.part <= transfer.sizes.size(); ++transfer.part, transfer.position = 0) {
    const std::size_t size = transfer.part != 0               ? transfer.sizes[transfer.part - 1]
                             : transfer.head.inline_body != 0 ? 0
                                                              : transfer.head.body_bytes;
    if (transfer.position < size) return true;
  }
  return false;
}

void IncomingTransfers::post(Transfer& transfer) {
  HeldItem& item = transfer.item->item;
  while (transfer.posted < k_posted && skip_done_parts(transfer)) {
    const auto part = transfer.part == 0 ? item.body() : item.block(transfer.part - 1);
    const auto chunk = part.subspan(transfer.position, std::min(Link::chunk_bytes, part.size() - transfer.position));
    link_->receive_chunk(host_, transfer.head.transfer, chunk);
    transfer.position += chunk.size();
    ++transfer.posted;
  }
}

void IncomingTransfers::finish(Transfer& transfer, const Failed& failed) {
  Incoming& item = *transfer.item;
  if (item.item.adopt_blocks()) {
    item.state = Incoming::State::complete;
    return;
  }
  item.item = HeldItem{};
  item.state = Incoming::State::failed;
  failed(transfer.head.key, "a damaged item came from host " + std::to_string(host_));
}

bool IncomingTransfers::pump(std::vector<std::byte>& records, const Failed& failed) {
  bool changed = false;
  while (!announced_.empty() && granted_.size() < k_granted && bytes_granted_ < k_bytes_granted &&
         !clashes(announced_.front().head.transfer)) {
    Transfer transfer = std::move(announced_.front());
    announced_.pop_front();
    changed = true;
    const Grant answer{transfer.head.transfer};
    if (transfer.item.use_count() == 1) {
      append_record(records, Record::refuse, 0, answer);
      continue;
    }
    try {
      allocate(transfer);
    } catch (const memory::OutOfMemory& error) {
      transfer.item->state = Incoming::State::failed;
      append_record(records, Record::refuse, 0, answer);
      failed(transfer.head.key, error.what());
      continue;
    }
    append_record(records, Record::grant, 0, answer);
    post(transfer);
    if (transfer.posted == 0) {
      finish(transfer, failed);
    } else {
      bytes_granted_ += transfer.load();
      granted_.emplace(answer.transfer, std::move(transfer));
    }
  }
  return changed;
}

bool IncomingTransfers::chunk_received(std::uint32_t number, const Failed& failed) {
  const auto found = granted_.find(number);
  if (found == granted_.end()) return false;
  Transfer& transfer = found->second;
  --transfer.posted;
  post(transfer);
  if (transfer.posted != 0) return true;
  finish(transfer, failed);
  bytes_granted_ -= transfer.load();
  granted_.erase(found);
  return true;
}

}  // namespace mpyx::transport
