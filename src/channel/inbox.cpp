#include "channel/inbox.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "wire/frame.hpp"

namespace mpyx::channel {

memory::Offset block_of(const ring::Taken& item) {
  if ((item.flags & wire::flag::in_block) == 0) return memory::null_offset;
  wire::BlockReference reference{};
  std::memcpy(&reference, item.payload, sizeof reference);
  return reference.block;
}

std::span<const std::byte> body_of(const Domain& domain, const ring::Taken& item) {
  const memory::Offset block = block_of(item);
  if (block == memory::null_offset) return {item.payload, item.length};
  return {domain.at<std::byte>(block), domain.arena.size_of(block)};
}

std::size_t Inbox::head_size() const {
  const std::size_t words = idle_words() * sizeof(std::uint64_t);
  return memory::round_up(sizeof(Inbox) + words + (std::size_t{producers} + consumers) * sizeof(memory::Offset), 64);
}

memory::Offset* Inbox::cells() { return reinterpret_cast<memory::Offset*>(idle + idle_words()); }

ring::Lane& Inbox::lane(Domain&, std::uint32_t producer) {
  return *reinterpret_cast<ring::Lane*>(reinterpret_cast<std::byte*>(this) + head_size() + producer * lane_bytes);
}

memory::WaitCell& Inbox::producer_cell(Domain& domain, std::uint32_t producer) {
  return *domain.at<memory::WaitCell>(cells()[producer]);
}

memory::WaitCell& Inbox::consumer_cell(Domain& domain, std::uint32_t consumer) {
  return *domain.at<memory::WaitCell>(cells()[producers + consumer]);
}

memory::Offset Inbox::create(Domain& domain, const Shape& shape, memory::Owner owner) {
  Inbox head{};
  head.producers = static_cast<std::uint32_t>(shape.producers.size());
  head.consumers = static_cast<std::uint32_t>(shape.consumers.size());
  head.lane_bytes = memory::round_up(shape.lane.bytes(), 64);
  // 4 KiB and more are 64-aligned, as lanes have to be
  const std::size_t bytes = std::max<std::size_t>(head.head_size() + head.producers * head.lane_bytes, 4096);
  const memory::Offset offset = domain.arena.allocate(bytes, owner);
  auto* memory = domain.at<std::byte>(offset);
  std::fill_n(memory, head.head_size(), std::byte{0});
  auto* inbox = new (memory) Inbox{};
  inbox->producers = head.producers;
  inbox->consumers = head.consumers;
  inbox->lane_bytes = head.lane_bytes;
  inbox->open_producers.store(head.producers, std::memory_order_relaxed);
  inbox->open_consumers.store(head.consumers, std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < head.producers; ++i) {
    inbox->cells()[i] = shape.producers[i];
    ring::format_lane(reinterpret_cast<std::byte*>(&inbox->lane(domain, i)), shape.lane);
  }
  for (std::uint32_t i = 0; i < head.consumers; ++i) inbox->cells()[head.producers + i] = shape.consumers[i];
  return offset;
}

void Inbox::destroy(Domain& domain, memory::Offset offset) {
  auto* inbox = domain.at<Inbox>(offset);
  for (std::uint32_t i = 0; i < inbox->producers; ++i) {
    ring::Consumer rest{inbox->lane(domain, i), 0};
    while (const auto item = rest.take()) {
      drop_frame(domain, *item);
      rest.release(*item);
    }
  }
  domain.arena.release(offset);
}

std::uint64_t blocks_bytes(const Domain& domain, std::span<const memory::Offset> blocks) {
  std::uint64_t bytes = 0;
  for (const memory::Offset block : blocks) bytes += domain.arena.size_of(block);
  return bytes;
}

void drop_frame(Domain& domain, const ring::Taken& item, std::uint64_t claimed) {
  if (const auto frame = wire::parse_frame(body_of(domain, item), (item.flags & wire::flag::extended) != 0)) {
    for (std::size_t i = 0; i < frame->blocks.size(); ++i) {
      if (i >= 64 || (claimed >> i & 1) == 0) domain.arena.release(frame->blocks[i]);
    }
  }
  const memory::Offset block = block_of(item);
  if (block != memory::null_offset) domain.arena.release(block);
}

void mark_idle(Inbox& inbox, std::uint32_t consumer, bool idle) {
  const std::uint64_t bit = std::uint64_t{1} << (consumer % 64);
  auto& word = inbox.idle[consumer / 64];
  if (idle) {
    word.fetch_or(bit, std::memory_order_relaxed);  // park() has the fence
  } else {
    word.fetch_and(~bit, std::memory_order_relaxed);
  }
}

void wake_one_consumer(Domain& domain, Inbox& inbox) {
  for (std::size_t word = 0; word < inbox.idle_words(); ++word) {
    std::uint64_t idle = inbox.idle[word].load(std::memory_order_relaxed);
    for (; idle != 0; idle &= idle - 1) {
      const auto consumer = static_cast<std::uint32_t>(word * 64 + static_cast<std::size_t>(std::countr_zero(idle)));
      if (!memory::wake(inbox.consumer_cell(domain, consumer))) continue;
      // It may have come back since we saw its bit, have missed our item, and sleep for something else: then it is left out.
      // Partner: the fence in pass_on_wake_up(), between the cleared bit and that sleep.
      if ((inbox.idle[word].load(std::memory_order_relaxed) >> (consumer % 64) & 1) != 0) return;
    }
  }
}

std::size_t repair_consumer(Domain& domain, Inbox& inbox, std::uint32_t consumer) {
  std::size_t repaired = 0;
  mark_idle(inbox, consumer, false);  // a wake-up for the dead would be lost
  for (std::uint32_t i = 0; i < inbox.producers; ++i) {
    repaired += ring::repair(inbox.lane(domain, i), static_cast<std::uint16_t>(consumer));
  }
  for (std::uint32_t i = 0; i < inbox.consumers; ++i) memory::rescue(inbox.consumer_cell(domain, i));
  for (std::uint32_t i = 0; i < inbox.producers; ++i) memory::rescue(inbox.producer_cell(domain, i));
  return repaired;
}

}  // namespace mpyx::channel
