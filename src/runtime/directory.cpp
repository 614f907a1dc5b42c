#include "runtime/directory.hpp"

#include <algorithm>
#include <new>
#include <vector>

namespace mpyx::runtime {

namespace {

constexpr std::size_t message_bytes = 248;  // longer ones go into blocks

memory::Offset make_inbox(channel::Domain& domain, std::vector<memory::Offset> producers, memory::Offset consumer,
                          std::uint64_t items) {
  channel::Inbox::Shape shape;
  shape.lane = ring::LaneShape::fitting(items, message_bytes, 1);
  shape.producers = std::move(producers);
  shape.consumers = {consumer};
  return channel::Inbox::create(domain, shape, memory::Owner{domain.process, 0});
}

template <class T>
memory::Offset allocate_zeroed(channel::Domain& domain, std::size_t count) {
  const std::size_t bytes = std::max<std::size_t>(sizeof(T) * count, 4096);  // from 4 KiB blocks are 64-aligned
  const memory::Offset offset = domain.arena.allocate(bytes, memory::Owner{domain.process, 0});
  std::fill_n(domain.at<std::byte>(offset), bytes, std::byte{0});
  return offset;
}

}  // namespace

HostDirectory& make_directory(channel::Domain& domain, std::uint32_t ranks, bool coordinator) {
  const memory::Offset offset = allocate_zeroed<HostDirectory>(domain, 1);
  auto& directory = *new (domain.at<std::byte>(offset)) HostDirectory{};
  directory.ranks = ranks;
  directory.silent = coordinator ? 1 : 0;
  directory.rank_blocks = allocate_zeroed<RankBlock>(domain, ranks);
  std::vector<memory::Offset> events, lines;
  for (std::uint32_t i = directory.silent; i < ranks; ++i) {
    RankBlock& rank = directory.rank(domain, i);
    events.push_back(domain.segment.offset_of(&rank.events));
    lines.push_back(domain.segment.offset_of(&rank.lines));
    rank.mailbox = make_inbox(domain, {domain.segment.offset_of(&directory.commander)},
                              domain.segment.offset_of(&rank.service), 62);
  }
  directory.events = make_inbox(domain, events, domain.segment.offset_of(&directory.coordinator), 62);
  directory.lines = make_inbox(domain, lines,
                               domain.segment.offset_of(coordinator ? &directory.printer : &directory.coordinator), 62);
  domain.segment.header().root.store(offset, std::memory_order_release);
  return directory;
}

HostDirectory& find_directory(channel::Domain& domain) {
  return *domain.at<HostDirectory>(domain.segment.header().root.load(std::memory_order_acquire));
}

}  // namespace mpyx::runtime
