#include "memory/span_heap.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <new>
#include <string>

namespace mpyx::memory {

namespace {

constexpr std::uint64_t k_table_step = 2048;       // spans whose rows are backed at a time: 128 MiB of heap
constexpr std::uint64_t k_max_chapter_shift = 15;  // 32,768 spans: a page of open bits per size class
constexpr std::uint64_t k_tables_begin = 4096;

constexpr std::uint64_t chapter_bytes(std::uint64_t shift) noexcept { return k_size_classes.size() << shift >> 3; }

}  // namespace

void SpanHeap::format(Segment& segment) {
  const std::uint64_t most = segment.limit() >> k_span_shift;
  const std::uint64_t shift =
      std::clamp<std::uint64_t>(std::bit_width(std::max<std::uint64_t>(most, 1) - 1), 6, k_max_chapter_shift);
  const Offset entries = k_tables_begin;
  const Offset busy = entries + most * sizeof(SpanEntry);
  const Offset open = round_up(busy + round_up(most, 64) / 8, 64);
  const std::uint64_t tables_end = open + ((most >> shift) + 1) * chapter_bytes(shift);
  const Offset heap = round_up(tables_end, k_span_bytes);
  if (heap + k_span_bytes > segment.limit()) {
    throw SegmentError(ENOMEM, "a shared-memory limit of " + std::to_string(segment.limit()) +
                                   " bytes is too small; it takes at least 128 KiB");
  }
  auto* const state = new (segment.at<std::byte>(k_state_offset)) ArenaState{};
  state->heap_begin = heap;
  state->span_count = (segment.limit() - heap) >> k_span_shift;
  state->entries = entries;
  state->busy = busy;
  state->open = open;
  state->chapter_shift = shift;
  segment.header().heap_begin = heap;
}

std::atomic<std::uint64_t>& SpanHeap::open_word(std::size_t size_class, std::uint64_t span) const noexcept {
  const std::uint64_t chapter = span >> state_.chapter_shift;
  const std::uint64_t in_chapter = span - (chapter << state_.chapter_shift);
  const std::uint64_t words_per_class = 1ULL << state_.chapter_shift >> 6;
  auto* const words = segment_.at<std::atomic<std::uint64_t>>(state_.open);
  return words[(chapter * k_size_classes.size() + size_class) * words_per_class + in_chapter / 64];
}

std::optional<std::uint64_t> SpanHeap::find_run(std::uint64_t spans) const noexcept {
  const std::uint64_t top = state_.top.load(std::memory_order_relaxed);
  std::uint64_t begin = std::min(state_.lowest.load(std::memory_order_relaxed), top);
  std::uint64_t end = begin;
  while (end < top && end - begin < spans) {
    const std::uint64_t left = 64 - end % 64;
    const std::uint64_t word = busy_word(end).load(std::memory_order_relaxed) >> (end % 64);
    if ((word & 1) != 0) {
      end += static_cast<std::uint64_t>(std::countr_one(word));
      begin = end;
    } else {
      end += std::min(static_cast<std::uint64_t>(std::countr_zero(word)), left);
    }
  }
  if (begin + spans > state_.span_count) return std::nullopt;  // spans from top on are free
  return begin;
}

bool SpanHeap::back_tables(std::uint64_t spans) noexcept {
  const std::uint64_t done = state_.tabled.load(std::memory_order_relaxed);
  if (spans <= done) return true;
  const std::uint64_t next = std::min(round_up(spans, k_table_step), round_up(state_.span_count, 64));
  const std::uint64_t shift = state_.chapter_shift;
  const Offset open_begin = state_.open + (done >> shift) * chapter_bytes(shift);
  const Offset open_end = state_.open + (((next - 1) >> shift) + 1) * chapter_bytes(shift);
  const bool backed = segment_.populate(state_.entries + done * sizeof(SpanEntry),
                                        state_.entries + std::min(next, state_.span_count) * sizeof(SpanEntry)) &&
                      segment_.populate(state_.busy + done / 8, state_.busy + next / 8) &&
                      segment_.populate(open_begin, open_end);
  if (backed) state_.tabled.store(next, std::memory_order_release);
  return backed;
}

std::optional<std::uint64_t> SpanHeap::take_run_locked(std::uint64_t spans) noexcept {
  if (spans > state_.span_count) return std::nullopt;
  const std::optional<std::uint64_t> found = find_run(spans);
  if (!found) return std::nullopt;
  const std::uint64_t end = *found + spans;
  if (!back_tables(end) || !segment_.commit(offset(end))) return std::nullopt;
  if (end > state_.top.load(std::memory_order_relaxed)) state_.top.store(end, std::memory_order_release);
  mark(*found, end, true);
  if (*found <= state_.lowest.load(std::memory_order_relaxed)) state_.lowest.store(end, std::memory_order_relaxed);
  return found;
}

void SpanHeap::reap_locked(std::uint64_t span) noexcept {
  SpanEntry& row = entry(span);
  const std::uint64_t head = row.head.load(std::memory_order_relaxed);
  if (SpanEntry::kind(head) != SpanKind::large) return;
  // Acquire: partner of the release of the last reference, by whichever process: its uses of the data came before.
  if (BlockHead::references(row.block.count_owner.load(std::memory_order_acquire)) != 0) return;
  row.head.store(0, std::memory_order_release);
  mark(span, span + SpanEntry::spans(head), false);
  if (span < state_.lowest.load(std::memory_order_relaxed)) state_.lowest.store(span, std::memory_order_relaxed);
}

void SpanHeap::repair_locked() noexcept {
  const std::uint64_t top = state_.top.load(std::memory_order_relaxed);
  std::uint64_t lowest = top;
  for (std::uint64_t span = 0; span < top;) {
    reap_locked(span);
    const std::uint64_t head = entry(span).head.load(std::memory_order_relaxed);
    const SpanKind kind = SpanEntry::kind(head);
    const std::uint64_t end = span + (kind == SpanKind::large ? SpanEntry::spans(head) : 1);
    mark(span, end, kind != SpanKind::none);
    if (kind == SpanKind::none) lowest = std::min(lowest, span);
    span = end;
  }
  state_.lowest.store(lowest, std::memory_order_relaxed);
}

void SpanHeap::mark(std::uint64_t begin, std::uint64_t end, bool busy) noexcept {
  for (std::uint64_t span = begin; span < end;) {
    const std::uint64_t in_word = std::min(end - span, 64 - span % 64);
    const std::uint64_t bits = (in_word == 64 ? ~0ULL : (1ULL << in_word) - 1) << (span % 64);
    std::atomic<std::uint64_t>& word = busy_word(span);  // only the lock's holder writes: no read-modify-write needed
    const std::uint64_t old = word.load(std::memory_order_relaxed);
    word.store(busy ? old | bits : old & ~bits, std::memory_order_relaxed);
    span += in_word;
  }
}

}  // namespace mpyx::memory
