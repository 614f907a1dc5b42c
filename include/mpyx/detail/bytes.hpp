#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace mpyx::detail {

/// From this size on, what is written for another core to read had better not stay in this one's cache.
inline constexpr std::size_t large_copy = 512UL << 10;
/// memcpy() for such sizes, past the caches.
void copy_large(std::byte* to, const std::byte* from, std::size_t size) noexcept;

/// Takes encoded bytes. Fills the region it was given and counts on beyond it, so that one pass over a large value tells
/// its size and a second pass writes it straight to where it belongs. Not thread-safe.
class Writer {
 public:
  /// What becomes of blocks of shared memory that belong to a value (a Buffer's array).
  enum class Blocks {
    copied,   ///< their content goes among the bytes: for what is kept or sent as bytes alone (stages, meta, messages)
    carried,  ///< they travel beside the bytes: for items
  };

  explicit Writer(std::span<std::byte> region, Blocks blocks = Blocks::copied)
      : region_{region}, carries_{blocks == Blocks::carried} {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    if (!blocks_.empty()) [[unlikely]]
      release_blocks();
  }

  void write(const void* data, std::size_t size) {
    if (size == 0) return;  // of nothing, `data` may be null
    if (size <= region_.size() - used_ && size_ == used_) {
      if (size >= large_copy) [[unlikely]] {
        copy_large(region_.data() + used_, static_cast<const std::byte*>(data), size);
      } else {
        std::memcpy(region_.data() + used_, data, size);
      }
      used_ += size;
    }
    size_ += size;
  }
  bool carries_blocks() const { return carries_; }
  /// A block that travels beside the bytes, if carries_blocks(); returns its number. The Writer holds a reference of its own as
  /// long as it lives: a Buffer that save() makes is gone before the item is put.
  std::uint32_t attach(std::uint64_t block);

  std::size_t size() const { return size_; }        ///< bytes asked for
  bool complete() const { return size_ == used_; }  ///< everything fitted
  const std::byte* data() const { return region_.data(); }
  const std::vector<std::uint64_t>& blocks() const { return blocks_; }

 private:
  void release_blocks() noexcept;

  std::span<std::byte> region_;
  std::size_t used_ = 0;
  std::size_t size_ = 0;
  bool carries_;
  std::vector<std::uint64_t> blocks_;
};

[[noreturn]] void throw_truncated(std::size_t wanted, std::size_t left);

/// Gives encoded bytes back. Throws Error when more is asked for than there is. Not thread-safe.
class Reader {
 public:
  /// `claimed`: set by who holds the bytes' references to the blocks and gives them away; see claim().
  explicit Reader(std::span<const std::byte> bytes, std::span<const std::uint64_t> blocks = {},
                  std::uint64_t* claimed = nullptr)
      : bytes_{bytes}, blocks_{blocks}, claimed_{claimed} {}

  void read(void* to, std::size_t size) {
    if (size > bytes_.size()) throw_truncated(size, bytes_.size());
    if (size != 0) std::memcpy(to, bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
  }
  std::uint64_t block(std::uint32_t number) const {
    if (number >= blocks_.size()) throw_truncated(number, blocks_.size());
    return blocks_[number];
  }
  /// Takes over the reference to a block, so that a value that came alone is not shared with the place it came from.
  /// False when there is none to take: then the caller adds one.
  bool claim(std::uint32_t number) {
    if (claimed_ == nullptr || number >= 64) return false;
    const std::uint64_t bit = std::uint64_t{1} << number;
    if ((*claimed_ & bit) != 0) return false;
    *claimed_ |= bit;
    return true;
  }
  void skip(std::size_t size) {
    if (size > bytes_.size()) throw_truncated(size, bytes_.size());
    bytes_ = bytes_.subspan(size);
  }
  std::size_t left() const { return bytes_.size(); }
  const std::byte* data() const { return bytes_.data(); }

 private:
  std::span<const std::byte> bytes_;
  std::span<const std::uint64_t> blocks_;
  std::uint64_t* claimed_;
};

}  // namespace mpyx::detail
