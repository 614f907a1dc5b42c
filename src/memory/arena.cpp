#include "memory/arena.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <unordered_map>
#include <utility>

#include "memory/small_blocks.hpp"
#include "memory/span_heap.hpp"

// Where the invariants are: span_heap.hpp for spans, large blocks and the lock; small_blocks.hpp for small blocks. In
// short: one word per span and one per block decide everything, each is changed by one instruction, and all the rest
// can be computed from them again. So sweep() can repair the state after a death at any instruction.

namespace mpyx::memory {

namespace {

bool is_large(Offset block) noexcept { return block % k_span_bytes == 0; }  // small ones have something before them

BlockHead& head_of(Segment& segment, const SpanHeap& heap, Offset block) noexcept {
  return is_large(block) ? heap.entry(heap.span_of(block)).block : *segment.at<BlockHead>(block - sizeof(BlockHead));
}

/// Calls visit(count_owner, node, bytes) for every block in use.
template <class Visit>
void for_each_block(const SpanHeap& heap, Visit visit) {
  const SmallBlocks small(heap);
  const std::uint64_t top = heap.top();
  for (std::uint64_t span = 0; span < top; ++span) {
    const SpanEntry& row = heap.entry(span);
    const std::uint64_t head = row.head.load(std::memory_order_acquire);
    const auto look = [&](const BlockHead& block, bool large) {
      const std::uint64_t count = block.count_owner.load(std::memory_order_acquire);
      if (BlockHead::references(count) == 0) return;
      const std::uint64_t node_size = block.node_size.load(std::memory_order_relaxed);
      visit(count, BlockHead::node(node_size),
            large ? row.size.load(std::memory_order_relaxed) : BlockHead::size(node_size));
    };
    if (SpanEntry::kind(head) == SpanKind::large) {
      look(row.block, true);
    } else if (SpanEntry::kind(head) == SpanKind::small) {
      const std::size_t size_class = SpanEntry::size_class(head);
      for (std::uint32_t i = 0; i < k_size_classes[size_class].count; ++i)
        look(small.block(size_class, span, i), false);
    }
  }
}

/// Gives the class one more span unless another thread was faster; false when there is none.
bool add_span(SpanHeap& heap, SmallBlocks& small, std::size_t size_class, RobustLock& lock, std::uint16_t process) {
  const RobustLockGuard guard(lock, process);
  if (small.any(size_class)) return true;
  const std::optional<std::uint64_t> span = heap.take_run_locked(1);
  if (span) small.add_span_locked(size_class, *span);
  return span.has_value();
}

Offset allocate_small(SpanHeap& heap, RobustLock& lock, std::uint16_t process, std::size_t bytes, Owner owner) {
  SmallBlocks small(heap);
  const std::size_t fitting = class_of(bytes);
  const auto size = static_cast<std::uint32_t>(bytes);
  do {
    if (const Offset data = small.take(fitting, size, owner); data != null_offset) return data;
  } while (add_span(heap, small, fitting, lock, process));
  for (std::size_t larger = fitting; larger < k_size_classes.size(); ++larger)  // better a wasteful block than none
    if (const Offset data = small.take(larger, size, owner); data != null_offset) return data;
  return null_offset;
}

Offset allocate_large(SpanHeap& heap, RobustLock& lock, std::uint16_t process, std::uint64_t bytes, Owner owner) {
  const std::uint64_t spans = (bytes + k_span_bytes - 1) >> k_span_shift;
  const RobustLockGuard guard(lock, process);
  const std::optional<std::uint64_t> span = heap.take_run_locked(spans);
  if (!span) return null_offset;
  SpanEntry& row = heap.entry(*span);
  row.size.store(bytes, std::memory_order_relaxed);
  row.block.node_size.store(BlockHead::pack_node(owner.node, 0), std::memory_order_relaxed);
  row.block.count_owner.store(BlockHead::pack_count(1, owner.process), std::memory_order_relaxed);
  row.head.store(SpanEntry::pack(SpanKind::large, 0, spans), std::memory_order_release);
  return heap.offset(*span);
}

std::string readable(std::uint64_t bytes) {
  static constexpr const char* k_units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit < 4; ++unit) value /= 1024;
  char text[40];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, k_units[unit]);
  return text;
}

std::string describe(std::uint64_t asked, std::uint64_t limit, const std::vector<Holder>& holders) {
  std::string text = "no room for " + readable(asked) + " in the host's shared memory of " + readable(limit);
  const char* between = "; most is held by ";
  for (const Holder& holder : holders) {
    text += between + ("process " + std::to_string(holder.owner.process)) + " node " +
            std::to_string(holder.owner.node) + ": " + readable(holder.bytes) + " in " + std::to_string(holder.blocks) +
            (holder.blocks == 1 ? " block" : " blocks");
    between = ", ";
  }
  return text + (holders.empty() ? "; nothing is held, so only a higher limit or more free memory would help"
                                 : "; give channels a smaller capacity(items, bytes) or the host more memory");
}

}  // namespace

OutOfMemory::OutOfMemory(std::uint64_t asked, std::uint64_t limit, std::vector<Holder> holders)
    : std::runtime_error(describe(asked, limit, holders)), asked_(asked), limit_(limit), holders_(std::move(holders)) {}

void Arena::format(Segment& segment) { SpanHeap::format(segment); }

Arena::Arena(Segment& segment, std::uint16_t process) noexcept
    : segment_(&segment), state_(segment.at<ArenaState>(k_state_offset)), process_(process) {}

Offset Arena::allocate(std::size_t bytes, Owner owner) {
  SpanHeap heap(*segment_, *state_);
  Offset data = null_offset;
  if (bytes <= k_largest_small) {
    data = allocate_small(heap, state_->lock, process_, bytes, owner);
  } else if (bytes <= segment_->limit()) {
    data = allocate_large(heap, state_->lock, process_, bytes, owner);
  }
  if (data != null_offset) return data;
  std::vector<Holder> most = holders();
  if (most.size() > 5) most.resize(5);
  throw OutOfMemory(bytes, segment_->limit(), std::move(most));
}

void Arena::retain(Offset block) noexcept {
  // Relaxed: the caller's own reference keeps the block, and whoever passes the new one on orders that itself.
  head_of(*segment_, {*segment_, *state_}, block).count_owner.fetch_add(1, std::memory_order_relaxed);
}

bool Arena::release(Offset block) noexcept {
  SpanHeap heap(*segment_, *state_);
  BlockHead& head = head_of(*segment_, heap, block);
  // Release and acquire: all users' accesses come before the block is given out again (claim(), reap_locked()).
  const std::uint64_t before = head.count_owner.fetch_sub(1, std::memory_order_seq_cst);
  if (BlockHead::references(before) > 1) return false;
  const bool was_free = BlockHead::references(before) == 0;
  if (was_free) {
    if (state_->sweeps.load(std::memory_order_acquire) == 0) std::terminate();
    head.count_owner.fetch_add(1, std::memory_order_seq_cst);
  }
  if (is_large(block)) {
    const RobustLockGuard guard(state_->lock, process_);
    heap.reap_locked(heap.span_of(block));
  } else {
    SmallBlocks(heap).freed(block);
  }
  return !was_free;
}

std::uint32_t Arena::references(Offset block) const noexcept {
  return BlockHead::references(
      head_of(*segment_, {*segment_, *state_}, block).count_owner.load(std::memory_order_acquire));
}

std::size_t Arena::size_of(Offset block) const noexcept {
  const SpanHeap heap(*segment_, *state_);
  if (is_large(block)) return heap.entry(heap.span_of(block)).size.load(std::memory_order_relaxed);
  return BlockHead::size(head_of(*segment_, heap, block).node_size.load(std::memory_order_relaxed));
}

Owner Arena::owner_of(Offset block) const noexcept {
  const BlockHead& head = head_of(*segment_, {*segment_, *state_}, block);
  return {BlockHead::process(head.count_owner.load(std::memory_order_acquire)),
          BlockHead::node(head.node_size.load(std::memory_order_relaxed))};
}

void Arena::set_owner(Offset block, Owner owner) noexcept {
  BlockHead& head = head_of(*segment_, {*segment_, *state_}, block);
  const std::uint64_t size = BlockHead::size(head.node_size.load(std::memory_order_relaxed));
  head.node_size.store(BlockHead::pack_node(owner.node, static_cast<std::uint32_t>(size)), std::memory_order_relaxed);
  std::uint64_t seen = head.count_owner.load(std::memory_order_relaxed);
  while (!head.count_owner.compare_exchange_weak(
      seen, BlockHead::pack_count(BlockHead::references(seen), owner.process), std::memory_order_acq_rel)) {
  }
}

std::size_t Arena::used_bytes() const {
  std::size_t sum = 0;
  for_each_block({*segment_, *state_}, [&](std::uint64_t, std::uint32_t, std::uint64_t bytes) { sum += bytes; });
  return sum;
}

std::size_t Arena::used_blocks() const {
  std::size_t sum = 0;
  for_each_block({*segment_, *state_}, [&](std::uint64_t, std::uint32_t, std::uint64_t) { ++sum; });
  return sum;
}

std::vector<Holder> Arena::holders() const {
  std::unordered_map<std::uint64_t, Holder> by_owner;
  for_each_block({*segment_, *state_}, [&](std::uint64_t count, std::uint32_t node, std::uint64_t bytes) {
    const std::uint16_t process = BlockHead::process(count);
    Holder& holder = by_owner[std::uint64_t{process} << 32 | node];
    holder.owner = {process, node};
    holder.bytes += bytes;
    ++holder.blocks;
  });
  std::vector<Holder> all;
  for (const auto& [key, holder] : by_owner) all.push_back(holder);
  std::sort(all.begin(), all.end(), [](const Holder& a, const Holder& b) { return a.bytes > b.bytes; });
  return all;
}

std::size_t Arena::committed_bytes() const noexcept {
  const std::uint64_t end = segment_->header().committed.load(std::memory_order_acquire);
  return end > state_->heap_begin ? end - state_->heap_begin : 0;
}

std::size_t Arena::sweep(std::uint16_t process, SharedBlocks shared) noexcept {
  SpanHeap heap(*segment_, *state_);
  SmallBlocks small(heap);
  const RobustLockGuard guard(state_->lock, process_, process);
  state_->sweeps.fetch_add(1, std::memory_order_release);
  std::size_t count = 0;
  const std::uint64_t top = heap.top();
  for (std::uint64_t span = 0; span < top; ++span) {
    SpanEntry& row = heap.entry(span);
    const std::uint64_t head = row.head.load(std::memory_order_acquire);
    if (SpanEntry::kind(head) == SpanKind::small) {
      count += small.sweep_span(SpanEntry::size_class(head), span, process, shared);
    } else if (SpanEntry::kind(head) == SpanKind::large) {
      count += take_from_dead(row.block, process, shared) ? 1 : 0;
    }
  }
  heap.repair_locked();  // frees the large blocks that now have no references
  return count;
}

}  // namespace mpyx::memory
