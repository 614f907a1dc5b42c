#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "channel/in_port.hpp"
#include "channel/out_port.hpp"

namespace mpyx::transport {

/// An item outside any lane: its frame's body and the references it owns.
class HeldItem {
 public:
  HeldItem() = default;
  /// A copy of the frame's place in the queue, with references of its own to the rest; the frame is then released as usual.
  HeldItem(channel::Domain& domain, const channel::Frame& frame);
  /// One with a body of `size` bytes and blocks with arrays of these sizes, all still to be written; in the arena save for a body of at
  /// most `inline_size`. Throws OutOfMemory.
  HeldItem(channel::Domain& domain, std::uint8_t flags, std::size_t size, std::span<const std::uint64_t> block_sizes,
           std::size_t inline_size);
  HeldItem(HeldItem&& other) noexcept { swap(other); }
  HeldItem& operator=(HeldItem&& other) noexcept;
  ~HeldItem() { drop(); }

  std::uint8_t flags() const { return flags_; }
  std::span<const std::byte> body() const;
  std::span<std::byte> body();
  std::span<const memory::Offset> blocks() const { return blocks_; }
  /// The array in it (memory/array_block.hpp).
  std::span<std::byte> block(std::size_t number) const;
  /// The numbers that Seqs and Zips gave it; once its body is there.
  std::span<const std::uint64_t> tags() const;
  /// Body and blocks.
  std::uint64_t bytes() const;

  /// After all was written: the body refers to the blocks here instead of those at the other host. False when it is no frame
  /// with so many blocks.
  [[nodiscard]] bool adopt_blocks();
  /// Into a lane that has room; owns nothing afterwards. Throws OutOfMemory.
  void publish(channel::OutPort& port);

 private:
  void swap(HeldItem& other) noexcept;
  void drop() noexcept;

  channel::Domain* domain_ = nullptr;
  std::uint8_t flags_ = 0;
  memory::Offset body_block_ = memory::null_offset;
  std::vector<std::uint64_t> body_words_;  // the body when it lies in no block; words, so that it is aligned
  std::size_t body_size_ = 0;
  std::vector<memory::Offset> blocks_;
};

/// Puts an item without blocks into a lane that has room: into its slot, or into a block. Throws OutOfMemory.
void publish_body(channel::Domain& domain, channel::OutPort& port, std::uint8_t flags, std::span<const std::byte> body);

}  // namespace mpyx::transport
