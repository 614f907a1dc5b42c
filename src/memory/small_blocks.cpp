#include "memory/small_blocks.hpp"

#include <array>
#include <bit>

namespace mpyx::memory {

namespace {

/// Where this thread last found a block of each class: only a place to start looking, checked before it is used, so it
/// may be stale or another arena's.
thread_local std::array<std::uint64_t, k_size_classes.size()> last_span{};

}  // namespace

Offset SmallBlocks::take(std::size_t size_class, std::uint32_t bytes, Owner owner) noexcept {
  const std::uint64_t top = heap_.top();
  if (top == 0) return null_offset;
  std::uint64_t& hint = last_span[size_class];
  if (hint >= top) hint = 0;
  if (const Offset data = take_in(size_class, hint, bytes, owner); data != null_offset) return data;
  const std::uint64_t words = (top + 63) / 64;
  for (std::uint64_t i = 0, word = hint / 64; i < words; ++i, word = word + 1 == words ? 0 : word + 1) {
    std::uint64_t spans = heap_.open_word(size_class, word * 64).load(std::memory_order_acquire);
    for (; spans != 0; spans &= spans - 1) {
      const std::uint64_t span = word * 64 + static_cast<std::uint64_t>(std::countr_zero(spans));
      const Offset data = take_in(size_class, span, bytes, owner);
      if (data == null_offset) continue;
      hint = span;
      return data;
    }
  }
  return null_offset;
}

Offset SmallBlocks::take_in(std::size_t size_class, std::uint64_t span, std::uint32_t bytes, Owner owner) noexcept {
  // Acquire: partner of add_span_locked(), which wrote what is in the span first.
  const std::uint64_t head = heap_.entry(span).head.load(std::memory_order_acquire);
  if (head != SpanEntry::pack(SpanKind::small, size_class, 1)) return null_offset;
  const std::uint32_t words = k_size_classes[size_class].words();
  for (std::uint32_t word = 0; word < words; ++word) {
    std::atomic<std::uint64_t>& hints = bits(span)[word];
    for (std::uint64_t seen = hints.load(std::memory_order_relaxed); seen != 0;) {
      const std::uint64_t bit = seen & (~seen + 1);
      const std::uint64_t before = hints.fetch_and(~bit, std::memory_order_seq_cst);
      if ((before & bit) != 0) {
        const auto index = word * 64 + static_cast<std::uint32_t>(std::countr_zero(bit));
        const Offset data = claim(size_class, span, index, bytes, owner);
        if (data != null_offset) return data;
      }
      seen = before & ~bit;
    }
  }
  std::atomic<std::uint64_t>& word = heap_.open_word(size_class, span);
  const std::uint64_t mine = 1ULL << (span % 64);
  if ((word.load(std::memory_order_relaxed) & mine) != 0) {
    word.fetch_and(~mine, std::memory_order_seq_cst);       // A1
    if (has_bit(size_class, span)) open(size_class, span);  // A2
  }
  return null_offset;
}

Offset SmallBlocks::claim(std::size_t size_class, std::uint64_t span, std::uint32_t index, std::uint32_t bytes,
                          Owner owner) noexcept {
  BlockHead& head = block(size_class, span, index);
  std::uint64_t seen = head.count_owner.load(std::memory_order_relaxed);
  do {  // the thread that makes it free again after this sets the bit again
    if (BlockHead::references(seen) != 0) return null_offset;
    // Acquire: partner of the release in Arena::release(), so that the last user's accesses came before.
  } while (!head.count_owner.compare_exchange_weak(seen, BlockHead::pack_count(1, owner.process),
                                                   std::memory_order_seq_cst));
  head.node_size.store(BlockHead::pack_node(owner.node, bytes), std::memory_order_relaxed);
  const SizeClass& layout = k_size_classes[size_class];
  return heap_.offset(span) + layout.first + index * layout.stride + layout.gap;
}

bool SmallBlocks::has_bit(std::size_t size_class, std::uint64_t span) const noexcept {
  for (std::uint32_t word = 0; word < k_size_classes[size_class].words(); ++word)
    if (bits(span)[word].load(std::memory_order_seq_cst) != 0) return true;
  return false;
}

void SmallBlocks::open(std::size_t size_class, std::uint64_t span) noexcept {
  std::atomic<std::uint64_t>& word = heap_.open_word(size_class, span);
  const std::uint64_t mine = 1ULL << (span % 64);
  if ((word.load(std::memory_order_seq_cst) & mine) == 0) word.fetch_or(mine, std::memory_order_seq_cst);
}

bool SmallBlocks::any(std::size_t size_class) const noexcept {
  const std::uint64_t top = heap_.top();
  for (std::uint64_t span = 0; span < top; span += 64)
    if (heap_.open_word(size_class, span).load(std::memory_order_relaxed) != 0) return true;
  return false;
}

void SmallBlocks::add_span_locked(std::size_t size_class, std::uint64_t span) noexcept {
  const SizeClass& layout = k_size_classes[size_class];
  for (std::uint32_t index = 0; index < layout.count; ++index)
    block(size_class, span, index).count_owner.store(0, std::memory_order_relaxed);
  for (std::uint32_t word = 0; word < layout.words(); ++word) {
    const std::uint32_t blocks = layout.count - word * 64;
    bits(span)[word].store(blocks >= 64 ? ~0ULL : (1ULL << blocks) - 1, std::memory_order_relaxed);
  }
  heap_.entry(span).head.store(SpanEntry::pack(SpanKind::small, size_class, 1), std::memory_order_release);
  open(size_class, span);
}

void SmallBlocks::freed(Offset data) noexcept {
  const std::uint64_t span = heap_.span_of(data);
  const std::size_t size_class = SpanEntry::size_class(heap_.entry(span).head.load(std::memory_order_relaxed));
  const SizeClass& layout = k_size_classes[size_class];
  const auto in_span = static_cast<std::uint32_t>(data - heap_.offset(span));
  const std::uint32_t index = (in_span - layout.first) / layout.stride;
  bits(span)[index / 64].fetch_or(1ULL << (index % 64), std::memory_order_seq_cst);  // F1
  open(size_class, span);                                                            // F2
}

std::size_t SmallBlocks::sweep_span(std::size_t size_class, std::uint64_t span, std::uint16_t process,
                                    SharedBlocks shared) noexcept {
  const SizeClass& layout = k_size_classes[size_class];
  std::size_t count = 0;
  for (std::uint32_t index = 0; index < layout.count; ++index) {
    BlockHead& head = block(size_class, span, index);
    if (take_from_dead(head, process, shared)) ++count;
    const std::uint64_t bit = 1ULL << (index % 64);
    std::atomic<std::uint64_t>& hints = bits(span)[index / 64];
    const bool is_free = BlockHead::references(head.count_owner.load(std::memory_order_acquire)) == 0;
    if (is_free && (hints.load(std::memory_order_relaxed) & bit) == 0) hints.fetch_or(bit, std::memory_order_seq_cst);
  }
  if (has_bit(size_class, span)) open(size_class, span);
  return count;
}

}  // namespace mpyx::memory
