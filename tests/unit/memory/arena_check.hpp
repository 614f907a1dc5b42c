#pragma once

#include <string>

#include "memory/layout.hpp"
#include "memory/small_blocks.hpp"
#include "memory/span_heap.hpp"

namespace mpyx::memory {

inline ArenaState& state_of(Segment& segment) { return *segment.at<ArenaState>(k_state_offset); }

/// Empty if everything that can be computed from the heads agrees with them; else what is wrong. While nobody works.
inline std::string inconsistency(Segment& segment) {
  ArenaState& state = state_of(segment);
  const SpanHeap heap(segment, state);
  const SmallBlocks small(heap);
  const auto bit = [](std::uint64_t word, std::uint64_t index) { return (word >> (index % 64) & 1) != 0; };
  const auto* const busy = segment.at<std::atomic<std::uint64_t>>(state.busy);
  for (std::uint64_t span = 0; span < heap.top();) {
    const std::string where = "span " + std::to_string(span);
    const std::uint64_t head = heap.entry(span).head.load();
    const SpanKind kind = SpanEntry::kind(head);
    const std::uint64_t length = kind == SpanKind::none ? 1 : SpanEntry::spans(head);
    for (std::uint64_t i = span; i < span + length; ++i) {
      if (bit(busy[i / 64].load(), i) != (kind != SpanKind::none)) return where + ": busy bit differs from the head";
      if (i != span && heap.entry(i).head.load() != 0) return where + ": a head inside a run";
    }
    if (kind == SpanKind::none && span < state.lowest.load()) return where + ": free, but lowest is above";
    if (kind == SpanKind::large && BlockHead::references(heap.entry(span).block.count_owner.load()) == 0)
      return where + ": a large block without references";
    if (kind == SpanKind::small) {
      const std::size_t size_class = SpanEntry::size_class(head);
      const auto* const bits = segment.at<std::atomic<std::uint64_t>>(heap.offset(span));
      bool any_free = false;
      for (std::uint32_t i = 0; i < k_size_classes[size_class].count; ++i) {
        if (BlockHead::references(small.block(size_class, span, i).count_owner.load()) != 0) continue;
        any_free = true;
        if (!bit(bits[i / 64].load(), i)) return where + ": free block " + std::to_string(i) + " without its bit";
      }
      if (any_free && !bit(heap.open_word(size_class, span).load(), span)) return where + ": free blocks, but not open";
    }
    span += length;
  }
  return "";
}

}  // namespace mpyx::memory
