#include "channel/shared_queue.hpp"

#include <algorithm>
#include <cstring>

#include "wire/frame.hpp"

namespace mpyx::channel {

namespace {

struct SlotHead {
  std::uint16_t length;
  std::uint8_t flags;
  std::uint8_t padding[5];
};
static_assert(sizeof(SlotHead) == 8);

constexpr std::uint32_t varying_payload = 120;

}  // namespace

SharedQueue::Shape SharedQueue::shape(std::size_t capacity, std::size_t item_size) {
  const std::size_t wanted = item_size == 0 ? varying_payload : wire::padded(item_size);
  const bool fits = wanted <= QueuedFrame::max_payload;
  return {capacity, static_cast<std::uint32_t>(fits ? wanted : sizeof(wire::BlockReference))};
}

void SharedQueue::format(const Shape& shape, memory::Offset slots) {
  shape_ = shape;
  slots_ = slots;
}

void SharedQueue::write(const Domain& domain, std::uint64_t position, const QueuedFrame& frame) {
  std::byte* to = slot(domain, position);
  const SlotHead head{frame.length, frame.flags, {}};
  std::memcpy(to, &head, sizeof head);
  std::memcpy(to + sizeof head, frame.bytes.data(), frame.length);
}

bool SharedQueue::push(const Domain& domain, const QueuedFrame& frame) {
  const std::uint64_t position = put_.load(std::memory_order_relaxed);
  if (position - taken_.load(std::memory_order_relaxed) >= shape_.capacity) return false;
  write(domain, position, frame);
  put_.store(position + 1, std::memory_order_release);  // partner: size(), and whoever repairs
  return true;
}

bool SharedQueue::pop(const Domain& domain, QueuedFrame& frame) {
  const std::uint64_t position = taken_.load(std::memory_order_relaxed);
  if (position == put_.load(std::memory_order_relaxed)) return false;
  const std::byte* from = slot(domain, position);
  SlotHead head{};
  std::memcpy(&head, from, sizeof head);
  frame.length = head.length;
  frame.flags = head.flags;
  std::memcpy(frame.bytes.data(), from + sizeof head, head.length);
  taken_.store(position + 1, std::memory_order_release);  // partner: size(), and whoever repairs
  return true;
}

bool SharedQueue::put_back(const Domain& domain, const QueuedFrame& frame) {
  const std::uint64_t position = taken_.load(std::memory_order_relaxed) - 1;
  if (put_.load(std::memory_order_relaxed) - position > shape_.slots()) return false;
  write(domain, position, frame);
  taken_.store(position, std::memory_order_release);  // partner: size(), and whoever repairs
  return true;
}

bool SharedQueue::task_done() {
  if (all_done()) return false;
  ++done_;
  return true;
}

void SharedQueue::drain(Domain& domain) {
  QueuedFrame frame;
  while (pop(domain, frame)) drop_frame(domain, frame.taken());
}

void SharedQueue::keep_blocks_of(Domain& domain, std::uint16_t dead) {
  const auto keep = [&](memory::Offset block) {
    const memory::Owner owner = domain.arena.owner_of(block);
    if (owner.process == dead && domain.arena.references(block) == 1)
      domain.arena.set_owner(block, {memory::k_no_process, owner.node});
  };
  const std::uint64_t end = put_.load(std::memory_order_acquire);
  for (std::uint64_t i = taken_.load(std::memory_order_acquire); i != end; ++i) {
    SlotHead head{};
    std::memcpy(&head, slot(domain, i), sizeof head);
    const ring::Taken item{i, slot(domain, i) + sizeof head, head.length, head.flags};
    if (const auto frame = wire::parse_frame(body_of(domain, item), (head.flags & wire::flag::extended) != 0)) {
      std::for_each(frame->blocks.begin(), frame->blocks.end(), keep);
    }
    if (const auto block = block_of(item); block != memory::null_offset) keep(block);
  }
}

}  // namespace mpyx::channel
