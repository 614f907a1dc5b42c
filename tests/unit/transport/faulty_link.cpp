#include "faulty_link.hpp"

#include <utility>

namespace mpyx::transport {

FaultyLink::FaultyLink(std::unique_ptr<Link> link, std::int64_t longest_delay, unsigned seed)
    : link_{std::move(link)},
      longest_delay_{longest_delay},
      random_{seed},
      delayed_(static_cast<std::size_t>(link_->hosts())) {}

void FaultyLink::send_batch(int host, std::size_t bytes) {
  if (!cut_) link_->send_batch(host, bytes);
}

std::optional<Link::Arrival> FaultyLink::receive() {
  const std::int64_t now = now_ns();
  while (const auto arrival = link_->receive()) {
    const auto delay = static_cast<std::int64_t>(random_() % static_cast<unsigned>(longest_delay_));
    delayed_[static_cast<std::size_t>(arrival->from)].push_back(
        {now + delay, {arrival->bytes.begin(), arrival->bytes.end()}});
  }
  if (cut_) return std::nullopt;
  const std::size_t first = random_() % delayed_.size();
  for (std::size_t i = 0; i < delayed_.size(); ++i) {
    const std::size_t from = (first + i) % delayed_.size();
    if (delayed_[from].empty() || delayed_[from].front().due > now) continue;
    in_hand_ = std::move(delayed_[from].front().bytes);
    delayed_[from].pop_front();
    return Arrival{static_cast<int>(from), in_hand_};
  }
  return std::nullopt;
}

void FaultyLink::send_chunk(int host, std::uint32_t transfer, std::span<const std::byte> bytes) {
  if (!cut_) link_->send_chunk(host, transfer, bytes);
}

void FaultyLink::receive_chunk(int host, std::uint32_t transfer, std::span<std::byte> bytes) {
  if (!cut_) link_->receive_chunk(host, transfer, bytes);
}

std::optional<Link::ChunkDone> FaultyLink::chunk_done() { return cut_ ? std::nullopt : link_->chunk_done(); }

}  // namespace mpyx::transport
