#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

#include "memory/offset.hpp"

namespace mpyx::memory {

/// A segment cannot be created, attached or used: says what was tried, the reason, and what would help.
class SegmentError : public std::system_error {
 public:
  SegmentError(int error_number, const std::string& what)
      : std::system_error(error_number, std::system_category(), what) {}
};

/// What lives at offset 0. Zero-filled pages are valid initial values of everything but the first four members.
///
///     0            256              4096                      heap_begin (multiple of 64 KiB)           limit
///     | header     | arena state    | span tables (sparse)    | spans ...      | not committed          |
struct SegmentHeader {
  static constexpr std::uint64_t k_magic = 0x6d70'7978'7365'676dULL;
  static constexpr std::uint32_t k_version = 1;

  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t membarrier;  // 1: light fences are compiler fences; written by the creator before others attach
  std::uint64_t limit;
  std::uint64_t heap_begin;               // written by Arena::format(); commit() counts its steps from here
  std::atomic<std::uint64_t> committed;   // end of the backed part of the heap; grows only; under the arena's lock
  std::atomic<Offset> root;               // for the floors above: where their directory is; release/acquire
  std::atomic<std::int64_t> spare_cores;  // the host's cores less the threads that may want one; below 0: they share
};

/// The host's shared memory: one sparse file without a name, mapped once at its limit and unmapped at the end only.
/// Pages are backed by commit() before anybody touches them, so lack of memory is an exception and never SIGBUS; backed
/// pages are never given back. The kernel frees everything when the last process that maps it is gone, however it went.
/// Thread safety: const members from any thread; commit() and populate() from one thread of one process at a time.
class Segment {
 public:
  /// New segment of at most `limit` bytes (rounded up to whole pages). Throws SegmentError.
  static Segment create(std::size_t limit = default_limit());

  /// Maps the segment that process `pid` of this host and user has open as `fd`. Throws SegmentError.
  static Segment attach(pid_t pid, int fd);

  /// Half of what is available: the smaller of free memory and the control group's limit, in bytes.
  static std::size_t default_limit();

  Segment(Segment&& other) noexcept;
  Segment& operator=(Segment&& other) noexcept;
  ~Segment();

  std::byte* base() const noexcept { return base_; }
  std::size_t limit() const noexcept { return limit_; }
  int fd() const noexcept { return fd_; }
  SegmentHeader& header() const noexcept { return *reinterpret_cast<SegmentHeader*>(base_); }

  /// The object at `offset`, which must not be null_offset when T is not the header.
  template <class T>
  T* at(Offset offset) const noexcept {
    return reinterpret_cast<T*>(base_ + offset);
  }

  Offset offset_of(const void* address) const noexcept {
    return static_cast<Offset>(static_cast<const std::byte*>(address) - base_);
  }

  /// Backs everything up to `end`, in steps that grow from 256 KiB to 16 MiB. False when there is not enough memory.
  /// Under the arena's lock.
  [[nodiscard]] bool commit(Offset end) noexcept;

  /// Backs exactly the pages of [begin, end); harmless where they are backed. False when there is not enough memory.
  [[nodiscard]] bool populate(Offset begin, Offset end) noexcept;

 private:
  Segment(int fd, std::byte* base, std::size_t limit) noexcept : fd_(fd), base_(base), limit_(limit) {}

  int fd_ = -1;
  std::byte* base_ = nullptr;
  std::size_t limit_ = 0;
};

}  // namespace mpyx::memory
