#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "memory/offset.hpp"
#include "memory/segment.hpp"

namespace mpyx::memory {

struct ArenaState;

/// Who a block belongs to: when the process dies, sweep() frees what it owned. `node` is for messages only.
struct Owner {
  std::uint16_t process = 0;
  std::uint32_t node = 0;

  friend bool operator==(const Owner&, const Owner&) = default;
};

/// Owner of blocks whose owner died while others still referred to them. No process has this number.
inline constexpr std::uint16_t k_no_process = 0xffff;

/// What sweep() does with a dead process's blocks that have several references.
enum class SharedBlocks {
  keep,  // drops the owner's one reference; survivors keep theirs and free the block as usual
  free,  // frees them; for when no survivor can hold one any more
};

/// How much one owner holds.
struct Holder {
  Owner owner;
  std::uint64_t bytes = 0;
  std::uint64_t blocks = 0;
};

/// The segment has no room for a block. what() says how much was asked for, how much there is and who holds the most;
/// the members are for floors that know the nodes' names.
class OutOfMemory : public std::runtime_error {
 public:
  OutOfMemory(std::uint64_t asked, std::uint64_t limit, std::vector<Holder> holders);

  std::uint64_t asked() const noexcept { return asked_; }
  std::uint64_t limit() const noexcept { return limit_; }
  /// Largest first, at most five.
  const std::vector<Holder>& holders() const noexcept { return holders_; }

 private:
  std::uint64_t asked_;
  std::uint64_t limit_;
  std::vector<Holder> holders_;
};

/// Reference-counted blocks in a segment, for any number of processes and threads; any of them may free any block.
/// An Arena is a cheap view: every process makes its own, with its own process number, over its own Segment, which must
/// outlive the Arena and must not be moved meanwhile. All members may be called concurrently unless they say otherwise.
///
/// Small blocks (up to 32,640 bytes) are allocated and freed without a lock; larger ones in runs of 64 KiB spans under
/// one lock that survives its owner's death. How the state survives a death at any instruction is written in arena.cpp.
class Arena {
 public:
  /// Makes an empty arena in a new segment; once, by the segment's creator. Throws SegmentError when it does not fit.
  static void format(Segment& segment);

  /// `process`: the number of the calling process in this segment, below 65,535; each living process has another.
  explicit Arena(Segment& segment, std::uint16_t process = 0) noexcept;

  /// A block with one reference, 16-aligned, 64-aligned from 4 KiB; its content is undefined. Never waits for room:
  /// throws OutOfMemory. Constant time for small blocks, O(spans / 64) for large ones.
  [[nodiscard]] Offset allocate(std::size_t bytes, Owner owner);

  /// One more reference; the caller holds one.
  void retain(Offset block) noexcept;

  /// One reference fewer; true when it was the last one and the block is freed. A call too many ends the program, since
  /// the arena cannot be trusted any more; after a sweep it may be a survivor's late one and is ignored.
  bool release(Offset block) noexcept;

  std::uint32_t references(Offset block) const noexcept;

  /// The number of bytes that were asked for.
  std::size_t size_of(Offset block) const noexcept;

  Owner owner_of(Offset block) const noexcept;

  /// Hands the block to another owner (what was consumed belongs to the consumer). The caller holds a reference.
  void set_owner(Offset block, Owner owner) noexcept;

  /// What is allocated, by looking at every block: exact while nobody allocates or frees.
  std::size_t used_bytes() const;
  std::size_t used_blocks() const;

  /// All owners, the largest first. Exact while nobody allocates or frees.
  std::vector<Holder> holders() const;

  /// Bytes of the segment that are backed by memory, tables not counted.
  std::size_t committed_bytes() const noexcept;

  /// For a `process` that is dead for certain: takes the lock from it if it held it, frees every block it still owns
  /// (shared ones as said), and repairs what it left half done. Returns the number of blocks freed. Others may go on
  /// allocating meanwhile. May be repeated, also by another process when the caller dies. Queues must have handed over
  /// what they took from the dead process first (set_owner).
  std::size_t sweep(std::uint16_t process, SharedBlocks shared = SharedBlocks::keep) noexcept;

 private:
  Segment* segment_;
  ArenaState* state_;
  std::uint16_t process_;
};

}  // namespace mpyx::memory
