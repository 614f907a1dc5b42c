#pragma once

#include <mpyx/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>

#include "memory/offset.hpp"

/// What travels: an item's value with what accompanies it.
///
///     plain     | value |
///     extended  | meta bytes (4) | blocks (2) | tags (2) | block offsets (8 each) | tags (8 each) | meta, padded to 8 | value |
///
/// Tags are the numbers that the Seqs and Zips around have given to the input that the item belongs to, outermost first.
/// A body that does not fit a slot lies in a block of the arena; the slot then holds a BlockReference to it.
/// A frame owns one reference to that block and one to each block it lists.
namespace mpyx::wire {

namespace flag {
inline constexpr std::uint8_t extended = 1;
inline constexpr std::uint8_t in_block = 2;
}  // namespace flag

/// Fits the smallest slot; the arena knows how long the block is.
struct BlockReference {
  memory::Offset block;
};

struct ExtendedHead {
  std::uint32_t meta_bytes;
  std::uint16_t blocks;
  std::uint16_t tags;
};

inline constexpr std::size_t padded(std::size_t size) { return (size + 7) / 8 * 8; }

/// A frame's parts, pointing into its body.
struct FrameView {
  std::span<const memory::Offset> blocks;
  std::span<const std::byte> meta;
  std::span<const std::byte> value;
  std::span<const std::uint64_t> tags = {};
};

/// What a frame is made of.
struct FrameParts {
  std::span<const memory::Offset> blocks;
  std::span<const std::byte> meta;
  std::span<const std::uint64_t> tags = {};

  bool extended() const { return !blocks.empty() || !tags.empty() || !meta.empty(); }
  /// Bytes in front of the value. Throws Error when the head cannot say how much there is.
  std::size_t head_size() const {
    if (blocks.size() > std::numeric_limits<decltype(ExtendedHead::blocks)>::max()) {
      throw Error{"mpyx: an item holds " + std::to_string(blocks.size()) +
                  " Buffers; at most 65535 can travel with one item: put the arrays into fewer, larger ones"};
    }
    if (meta.size() > std::numeric_limits<decltype(ExtendedHead::meta_bytes)>::max()) {
      throw Error{"mpyx: an item's meta has " + std::to_string(meta.size()) +
                  " bytes; less than 4 GiB can travel with one item: put large values into the item itself"};
    }
    return extended() ? sizeof(ExtendedHead) + blocks.size_bytes() + tags.size_bytes() + padded(meta.size()) : 0;
  }
  /// Writes them and returns where the value goes. `to` is 8-aligned.
  std::byte* write_head(std::byte* to) const {
    if (!extended()) return to;
    const ExtendedHead head{static_cast<std::uint32_t>(meta.size()), static_cast<std::uint16_t>(blocks.size()),
                            static_cast<std::uint16_t>(tags.size())};
    std::memcpy(to, &head, sizeof head);
    to += sizeof head;
    if (!blocks.empty()) std::memcpy(to, blocks.data(), blocks.size_bytes());
    to += blocks.size_bytes();
    if (!tags.empty()) std::memcpy(to, tags.data(), tags.size_bytes());
    to += tags.size_bytes();
    if (!meta.empty()) std::memcpy(to, meta.data(), meta.size());
    return to + padded(meta.size());
  }
};

/// Trusts no length: nothing when the body is too short for what it says.
inline std::optional<FrameView> parse_frame(std::span<const std::byte> body, bool extended) {
  if (!extended) return FrameView{{}, {}, body};
  ExtendedHead head;
  if (body.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, body.data(), sizeof head);
  body = body.subspan(sizeof head);
  const std::size_t words = std::size_t{head.blocks} + head.tags;
  const std::size_t meta_bytes = padded(head.meta_bytes);
  if (words > body.size() / 8 || meta_bytes > body.size() - words * 8) return std::nullopt;
  const auto* first = reinterpret_cast<const std::uint64_t*>(body.data());  // bodies are 8-aligned
  body = body.subspan(words * 8);
  return FrameView{
      {first, head.blocks}, body.first(head.meta_bytes), body.subspan(meta_bytes), {first + head.blocks, head.tags}};
}

}  // namespace mpyx::wire
