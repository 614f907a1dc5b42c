#pragma once

#include <cstdint>
#include <optional>

#include "memory/layout.hpp"

namespace mpyx::memory {

/// The arena's spans: who has which. A view, made where it is needed. Members ending in _locked need the arena's lock.
///
/// Invariants, which hold between any two instructions of whoever holds the lock, so also after its death:
/// 1. A span is in use exactly if its own head says small, or if the head of a run that covers it says large. All
///    the rest (busy bits, `lowest`) follows from the heads: repair_locked() computes it again.
/// 2. Inside a run, behind its first span, heads are none. Heads of free spans are none.
/// 3. A head is stored when everything it promises is there (block head, size, bits), and erased before its spans may
///    be given out again. A death before the store leaves free spans marked busy, which repair_locked() finds.
/// 4. A large block without references is freed by whoever holds the lock and notices (reap_locked()): the process that
///    released it, or the sweeper if that one died in between. Doing it twice is harmless: the head is none by then, or
///    a new block's, which has references.
/// 5. A span that became small stays so for ever; that is what makes the small blocks' lock-free readers safe.
class SpanHeap {
 public:
  SpanHeap(Segment& segment, ArenaState& state) noexcept : segment_(segment), state_(state) {}

  /// Lays out the tables of a new arena. Throws SegmentError when the segment has no room for them and one span.
  static void format(Segment& segment);

  SpanEntry& entry(std::uint64_t span) const noexcept { return segment_.at<SpanEntry>(state_.entries)[span]; }
  std::byte* bytes(std::uint64_t span) const noexcept { return segment_.at<std::byte>(offset(span)); }
  Offset offset(std::uint64_t span) const noexcept { return state_.heap_begin + (span << k_span_shift); }
  std::uint64_t span_of(Offset offset) const noexcept { return (offset - state_.heap_begin) >> k_span_shift; }

  /// Spans below this one may be in use.
  std::uint64_t top() const noexcept { return state_.top.load(std::memory_order_acquire); }

  /// The word of `size_class`'s open bits that holds `span`'s bit.
  std::atomic<std::uint64_t>& open_word(std::size_t size_class, std::uint64_t span) const noexcept;

  /// The lowest run of `spans` free spans, backed by memory and marked busy; its head is still none.
  std::optional<std::uint64_t> take_run_locked(std::uint64_t spans) noexcept;

  /// Frees the large block at `span` if there is one without references.
  void reap_locked(std::uint64_t span) noexcept;

  /// Computes everything that follows from the heads, after the death of a process.
  void repair_locked() noexcept;

 private:
  std::atomic<std::uint64_t>& busy_word(std::uint64_t span) const noexcept {
    return segment_.at<std::atomic<std::uint64_t>>(state_.busy)[span / 64];
  }
  std::optional<std::uint64_t> find_run(std::uint64_t spans) const noexcept;
  bool back_tables(std::uint64_t spans) noexcept;
  void mark(std::uint64_t begin, std::uint64_t end, bool busy) noexcept;

  Segment& segment_;
  ArenaState& state_;
};

}  // namespace mpyx::memory
