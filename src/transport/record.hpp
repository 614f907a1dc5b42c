#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "transport/channel_key.hpp"
#include "transport/credit.hpp"
#include "transport/gate_account.hpp"

/// What a batch is made of: records, one behind the other.
///
///     | RecordHead | body: a struct below, then what it announces |   | RecordHead | ...
///
/// An item in an `items` record:   | length << 8 | flags (8 bits) | its frame's body, padded to 4 |
/// Where Seqs or Zips number the items, their weights (8 bytes for each item and gate) are at its end: transport/gate_account.hpp.
namespace mpyx::transport {

enum class Record : std::uint8_t {
  control,  ///< part of a control message; flag last_part
  open,     ///< Open: items may be sent
  claimed,  ///< Claimed: consumers took items
  end,      ///< ChannelKey: no more items
  unread,   ///< ChannelKey: nobody reads any more
  items,    ///< Items, then the items
  sizes,    ///< Sizes: of blocks of a large item that is about to be announced
  large,    ///< Large: an item in chunks
  grant,    ///< Grant: its chunks may come
  refuse,   ///< Grant: it is not wanted; flag give_back: then its Weights follow
  ping,     ///< time of the sender
  pong,     ///< the same, sent back
  goodbye,  ///< the last one
  weights,  ///< GateKey: then Weights
  bulk,     ///< part of a large message; bytes left (8), this part of them
};

namespace record_flag {
inline constexpr std::uint8_t last_part = 1;   ///< control
inline constexpr std::uint8_t wants_back = 1;  ///< items, large: what nobody reads is to come back
inline constexpr std::uint8_t returned = 2;    ///< items, large: it comes back
inline constexpr std::uint8_t give_back = 1;   ///< refuse: the item counts as returned
}  // namespace record_flag

struct RecordHead {
  Record kind;
  std::uint8_t flags;
  std::uint16_t reserved;
  std::uint32_t bytes;  ///< of the body
};
struct Open {
  ChannelKey key;
  Credit::Limits limits;
};
struct Claimed {
  ChannelKey key;
  std::uint64_t items;  ///< since the channel was opened
};
struct Items {
  ChannelKey key;
  std::uint32_t count;
  std::uint32_t reserved;
};
struct Sizes {
  std::uint32_t transfer, count;  ///< then so many sizes (8 bytes each)
};
struct Large {
  ChannelKey key;
  std::uint64_t body_bytes;
  std::uint32_t transfer;
  std::uint32_t blocks;      ///< attached to it
  std::uint32_t sizes;       ///< of the last so many of them, which follow here; those of the others came in Sizes
  std::uint8_t item_flags;   ///< wire::flag
  std::uint8_t inline_body;  ///< its body follows here, not in chunks
  std::uint16_t weights;     ///< so many Weights come first
};
struct Grant {
  std::uint32_t transfer;
};

/// Writes records into a batch.
class RecordWriter {
 public:
  explicit RecordWriter(std::span<std::byte> batch) : batch_{batch} {}

  std::size_t used() const { return used_; }
  std::size_t room() const { return batch_.size() - used_; }
  /// Bytes for a body, behind a head.
  std::size_t body_room() const { return room() < sizeof(RecordHead) ? 0 : room() - sizeof(RecordHead); }

  void raw(const void* bytes, std::size_t size) {
    if (size != 0) std::memcpy(batch_.data() + used_, bytes, size);
    used_ += size;
  }
  template <class T>
  void all(const std::vector<T>& values) {
    raw(values.data(), values.size() * sizeof(T));
  }
  void skip(std::size_t size) { used_ += size; }
  std::byte* at(std::size_t position) { return batch_.data() + position; }

  /// Starts a record whose size is not yet known. finish() says it.
  template <class Body>
  void begin(Record kind, std::uint8_t flags, const Body& body) {
    begun_ = used_;
    const RecordHead head{kind, flags, 0, 0};
    raw(&head, sizeof head);
    raw(&body, sizeof body);
  }
  void finish() {
    const auto bytes = static_cast<std::uint32_t>(used_ - begun_ - sizeof(RecordHead));
    std::memcpy(batch_.data() + begun_ + offsetof(RecordHead, bytes), &bytes, sizeof bytes);
  }

 private:
  std::span<std::byte> batch_;
  std::size_t used_ = 0;
  std::size_t begun_ = 0;
};

/// A record on its own, kept until there is a batch for it.
template <class Body>
void append_record(std::vector<std::byte>& to, Record kind, std::uint8_t flags, const Body& body,
                   const std::vector<Weight>& weights = {}) {
  const std::size_t bytes = sizeof(RecordHead) + sizeof body + weights.size() * sizeof(Weight);
  const std::size_t at = to.size();
  to.resize(at + bytes);
  RecordWriter writer{std::span{to}.subspan(at)};
  writer.begin(kind, flags, body);
  writer.all(weights);
  writer.finish();
}

/// Reads from what another host sent; trusts no length.
class RecordReader {
 public:
  explicit RecordReader(std::span<const std::byte> bytes) : rest_{bytes} {}

  bool empty() const { return rest_.empty(); }
  std::span<const std::byte> rest() const { return rest_; }

  template <class T>
  std::optional<T> get() {
    T value;
    if (rest_.size() < sizeof value) return std::nullopt;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_ = rest_.subspan(sizeof value);
    return value;
  }
  template <class T>
  std::optional<std::vector<T>> all(std::size_t count) {
    if (count > rest_.size() / sizeof(T)) return std::nullopt;
    std::vector<T> values(count);
    if (count != 0) std::memcpy(values.data(), rest_.data(), count * sizeof(T));
    rest_ = rest_.subspan(count * sizeof(T));
    return values;
  }
  std::optional<std::span<const std::byte>> bytes(std::size_t size) {
    if (rest_.size() < size) return std::nullopt;
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

 private:
  std::span<const std::byte> rest_;
};

/// One item in an Items record.
struct PackedItem {
  std::uint8_t flags;
  std::span<const std::byte> body;

  static constexpr std::size_t padded(std::size_t size) { return (size + 3) / 4 * 4; }
  static constexpr std::size_t bytes_for(std::size_t body_size) { return sizeof(std::uint32_t) + padded(body_size); }

  /// Writes one to `to`, which has bytes_for() its body.
  static void write(std::byte* to, std::uint8_t flags, std::span<const std::byte> body) {
    const auto head = static_cast<std::uint32_t>(body.size() << 8 | flags);
    std::memcpy(to, &head, sizeof head);
    if (!body.empty()) std::memcpy(to + sizeof head, body.data(), body.size());
  }
  static std::optional<PackedItem> read(RecordReader& from) {
    const auto head = from.get<std::uint32_t>();
    if (!head) return std::nullopt;
    const std::size_t size = *head >> 8;
    const auto body = from.bytes(padded(size));
    if (!body) return std::nullopt;
    return PackedItem{static_cast<std::uint8_t>(*head), body->first(size)};
  }
};

}  // namespace mpyx::transport
