#pragma once

#include <mpyx/detail/wiring.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "channel/shared_queue.hpp"
#include "channel/wiring_call.hpp"

namespace mpyx::channel {

/// An encoded item with what it refers to, until a queue has it or it has been decoded. Used by one thread.
class QueuedItem {
 public:
  explicit QueuedItem(Domain& domain) : domain_{&domain} {}
  QueuedItem(const QueuedItem&) = delete;
  QueuedItem& operator=(const QueuedItem&) = delete;
  ~QueuedItem();

  /// `payload`: bytes that fit the queue's slots. Throws Error when shared memory has no room for a larger one.
  void encode(const void* item, const detail::WiredItem& type, std::size_t payload);
  void decode(void* optional, const detail::WiredItem& type);

  /// For another host; this one keeps what it has.
  PackedItem pack() const;
  /// What another host has packed. Throws Error when it is damaged, or shared memory has no room for it.
  void unpack(const PackedItem& item, std::size_t payload);

  QueuedFrame& operator*() { return frame_; }
  /// Whether the frame's references are this object's to drop: a queue has given, or taken, it.
  void owns(bool references) { owns_ = references; }

 private:
  void encode_into_block(const void* item, const detail::WiredItem& type, std::size_t size,
                         const std::vector<std::uint64_t>& blocks);

  Domain* domain_;
  bool owns_ = false;
  std::uint64_t claimed_ = 0;  // references that the decoded value has taken over
  QueuedFrame frame_;
};

}  // namespace mpyx::channel
