#pragma once

#include <cstdint>

#include "memory/span_heap.hpp"

namespace mpyx::memory {

/// Blocks of the size classes, lock-free. A view, made where it is needed.
///
/// Whether a block is free is decided by its head alone (no references) and changes by one compare-and-swap or one
/// subtraction. Two layers of bits say where free blocks probably are: a bit per block in its span, and a bit per span
/// ("open"). They are hints:
/// - A bit may be set for a block in use: whoever takes the bit fails to take the head and goes on.
/// - A free block without a bit is only ever a few instructions away from getting it (from the thread that freed it or
///   took the bit), or its thread died: repair() sets bits by the heads, at any time and without stopping anybody.
/// So there is no list that a death could tear, and no ABA problem. Spans of a class are never given back, so heads and
/// bits can be read at any time.
///
/// Open bits. F frees a block: F1 set the block's bit, F2 read the open bit, set it if it is clear. A finds no bit in a
/// span: A1 clear the open bit, A2 read the bits again, set the open bit if there is one. All four are sequentially
/// consistent, so either F2 sees A1 or A2 sees F1.
class SmallBlocks {
 public:
  explicit SmallBlocks(const SpanHeap& heap) noexcept : heap_(heap) {}

  /// A free block's data offset, now owned with one reference; null_offset if the class has none.
  Offset take(std::size_t size_class, std::uint32_t bytes, Owner owner) noexcept;

  /// Whether the class seems to have free blocks.
  bool any(std::size_t size_class) const noexcept;

  /// Makes the run of one span `span` hold blocks of the class. Under the arena's lock.
  void add_span_locked(std::size_t size_class, std::uint64_t span) noexcept;

  /// Sets the hints for the block whose last reference was just given up.
  void freed(Offset data) noexcept;

  /// Frees what the dead `process` owns in this span and sets all hints; returns the number of blocks freed.
  std::size_t sweep_span(std::size_t size_class, std::uint64_t span, std::uint16_t process,
                         SharedBlocks shared) noexcept;

  BlockHead& block(std::size_t size_class, std::uint64_t span, std::uint32_t index) const noexcept {
    const SizeClass& layout = k_size_classes[size_class];
    return *reinterpret_cast<BlockHead*>(heap_.bytes(span) + layout.first + index * layout.stride + layout.gap -
                                         sizeof(BlockHead));
  }

 private:
  Offset take_in(std::size_t size_class, std::uint64_t span, std::uint32_t bytes, Owner owner) noexcept;
  Offset claim(std::size_t size_class, std::uint64_t span, std::uint32_t index, std::uint32_t bytes,
               Owner owner) noexcept;
  bool has_bit(std::size_t size_class, std::uint64_t span) const noexcept;
  void open(std::size_t size_class, std::uint64_t span) noexcept;
  std::atomic<std::uint64_t>* bits(std::uint64_t span) const noexcept {
    return reinterpret_cast<std::atomic<std::uint64_t>*>(heap_.bytes(span));
  }

  SpanHeap heap_;
};

}  // namespace mpyx::memory
