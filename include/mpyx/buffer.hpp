#pragma once

#include <mpyx/serialize.hpp>

#include <boost/serialization/split_free.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace mpyx {
namespace detail {

/// A share in one block of the host's shared memory, without a type. The last share gives the block back; a share keeps the
/// memory mapped, also beyond the end of the session.
class BufferBlock {
 public:
  BufferBlock() noexcept = default;
  /// A new block of `bytes` > 0 whose content is undefined. Throws Error outside a session and when there is no room.
  explicit BufferBlock(std::size_t bytes);
  BufferBlock(const BufferBlock& other) noexcept;
  BufferBlock(BufferBlock&& other) noexcept;
  BufferBlock& operator=(BufferBlock other) noexcept;
  ~BufferBlock();

  std::byte* data() const noexcept { return data_; }
  bool shared() const noexcept;

  void save(Writer& writer, std::size_t bytes) const;
  static BufferBlock load(Reader& reader, std::size_t bytes);

 private:
  BufferBlock(std::shared_ptr<void> domain, std::uint64_t block) noexcept;

  std::shared_ptr<void> domain_;  ///< the host's shared memory, a channel::Domain
  std::uint64_t block_ = 0;
  std::byte* data_ = nullptr;
};

}  // namespace detail

/// A large array in the host's shared memory.
///
/// Passing it on within a host copies nothing, whatever its size; copies of a Buffer share the array, and so do the branches
/// of a broadcast. mutate() copies first when somebody else shares it. As (a member of) an item the array travels beside
/// the item's bytes; in a stage's state, in meta and in bound arguments its content is copied along.
///
/// A Buffer belongs to one thread at a time; Buffers that share an array may be used by different threads and processes.
/// It may outlive the session, but cannot be put into another one then.
template <class T>
class Buffer {
  static_assert(
      detail::plain<T> && alignof(T) <= 64,
      "mpyx: the elements of a Buffer have to be trivially copyable, without pointers, references or serialize");

 public:
  /// Empty: needs no session.
  Buffer() noexcept = default;
  /// `size` elements with undefined content, 64-byte aligned. Throws Error outside a session, and when the host's shared
  /// memory has no room for it: the message names who holds the most.
  explicit Buffer(std::size_t size) : size_{size} {
    if (size != 0) block_ = detail::BufferBlock{bytes_of(size)};
  }
  Buffer(const Buffer&) noexcept = default;
  Buffer(Buffer&& other) noexcept : block_{std::move(other.block_)}, size_{std::exchange(other.size_, 0)} {}
  Buffer& operator=(Buffer other) noexcept {
    block_ = std::move(other.block_);
    size_ = other.size_;
    return *this;
  }
  ~Buffer() = default;

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  /// For reading. Valid until this Buffer is assigned to, mutated or destroyed.
  std::span<const T> view() const noexcept { return {reinterpret_cast<const T*>(block_.data()), size_}; }

  /// For writing. Copies the array first when it is shared, so nobody else sees what is written; throws Error when there
  /// is no room for the copy. Valid until this Buffer is assigned to, copied, put or destroyed.
  std::span<T> mutate() {
    if (block_.shared()) {
      detail::BufferBlock own{bytes_of(size_)};
      std::memcpy(own.data(), block_.data(), bytes_of(size_));
      block_ = std::move(own);
    }
    return {reinterpret_cast<T*>(block_.data()), size_};
  }

  /// For the library.
  void save_to(detail::Writer& writer) const {
    const std::uint64_t count = size_;
    writer.write(&count, sizeof count);
    if (count != 0) block_.save(writer, bytes_of(size_));
  }
  void load_from(detail::Reader& reader) {
    *this = {};
    std::uint64_t count = 0;
    reader.read(&count, sizeof count);
    if (count == 0) return;
    block_ = detail::BufferBlock::load(reader, bytes_of(count));
    size_ = count;
  }
  // Friends, so that who is using namespace mpyx may have a save and a load of their own.
  friend void CEREAL_SAVE_FUNCTION_NAME(detail::OutputArchive& archive, const Buffer& buffer) {
    buffer.save_to(*archive.writer);
  }
  friend void CEREAL_LOAD_FUNCTION_NAME(detail::InputArchive& archive, Buffer& buffer) {
    buffer.load_from(*archive.reader);
  }

 private:
  static std::size_t bytes_of(std::size_t count) noexcept {  // more than fits in any memory when it overflows
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max() / 2;
    return count <= most / sizeof(T) ? count * sizeof(T) : most;
  }

  detail::BufferBlock block_;
  std::size_t size_ = 0;
};

}  // namespace mpyx

/// In items written for Boost.Serialization: the archives of the library find the way to the same Writer and Reader.
namespace boost::serialization {

template <class T>
void save(boost::archive::binary_oarchive&, const mpyx::Buffer<T>& buffer, unsigned) {
  buffer.save_to(*mpyx::detail::BoostBytes<mpyx::detail::Writer>::current());
}
template <class T>
void load(boost::archive::binary_iarchive&, mpyx::Buffer<T>& buffer, unsigned) {
  buffer.load_from(*mpyx::detail::BoostBytes<mpyx::detail::Reader>::current());
}
template <class Archive, class T>
void serialize(Archive& archive, mpyx::Buffer<T>& buffer, unsigned version) {
  split_free(archive, buffer, version);
}

}  // namespace boost::serialization
