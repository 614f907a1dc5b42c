#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "transport/gate_account.hpp"
#include "transport/record.hpp"

namespace mpyx::transport {

/// The Seqs and Zips around the items of one channel on this host, outermost first: most channels have none, and this then does
/// nothing. An item that the courier has in hand, or keeps, counts on this host like one in a lane. Used by its thread.
class ItemGates {
 public:
  void add(GateAccount& gate) { gates_.push_back(&gate); }
  bool none() const { return gates_.empty(); }
  /// Of the weights that travel with an item.
  std::size_t bytes() const { return gates_.size() * sizeof(std::uint64_t); }

  /// The numbers in a packed item, valid until the next call: for an item that was found sound, or is this host's own.
  std::span<const std::uint64_t> tags_of(const PackedItem& item);

  /// An item that counts here may go to another host. leave() then appends what travels with it, one for each gate.
  bool may_leave(std::span<const std::uint64_t> tags);
  void leave(std::span<const std::uint64_t> tags, std::vector<std::uint64_t>& weights);
  std::vector<Weight> leave(std::span<const std::uint64_t> tags);
  /// Items came: `record` is so many packed ones, then their weights. They count here from now on. What is left are the items;
  /// nothing when the record makes no sense.
  [[nodiscard]] std::optional<std::span<const std::byte>> arrive(std::span<const std::byte> record,
                                                                 std::uint32_t count);
  [[nodiscard]] bool arrive(std::span<const Weight> large);

  void drop(std::span<const std::uint64_t> tags);
  /// So many packed ones, looked through before.
  void drop(std::span<const std::byte> items, std::uint64_t count);

 private:
  std::uint64_t tag(std::span<const std::uint64_t> tags, std::size_t level) const {
    return level < tags.size() ? tags[level] : channel::tag_last;
  }

  std::vector<GateAccount*> gates_;
  std::vector<std::uint64_t> tags_;
};

}  // namespace mpyx::transport
