#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <variant>
#include <vector>

#include "transport/held_item.hpp"
#include "transport/item_gates.hpp"

namespace mpyx::transport {

/// A large item on its way here, shared by the transfer that fills it and the queue that keeps its place.
struct Incoming {
  enum class State : std::uint8_t { arriving, complete, failed };

  HeldItem item;
  State state = State::arriving;
  std::vector<std::uint64_t> tags = {};  ///< the same as in its frame, where they count
};

/// A lane of this host's inbox that the courier fills. What the lane has no room for just now waits here, in order, behind
/// large items that are still arriving; credit bounds it. What is added here counts on this host (ItemGates) already.
/// Used by the courier's thread.
class Intake {
 public:
  /// Items in the form of an Items record.
  struct Packed {
    std::vector<std::byte> bytes;
    std::size_t begin = 0;
    std::uint64_t count = 0;
  };
  using Waiting = std::variant<Packed, std::shared_ptr<Incoming>>;

  Intake(channel::Domain& domain, memory::Offset inbox, std::uint32_t producer, ItemGates& gates)
      : domain_{&domain},
        inbox_{domain.at<channel::Inbox>(inbox)},
        number_{producer},
        port_{domain, inbox, producer},
        gates_{&gates} {}

  /// False when the bytes are not `count` items. Throws OutOfMemory for the item that next_failed() then drops.
  [[nodiscard]] bool add(std::span<const std::byte> items, std::uint32_t count);
  void add(std::shared_ptr<Incoming> item);
  /// As add(), for a lane that takes no more: what comes only waits here.
  [[nodiscard]] bool queue(std::span<const std::byte> items, std::uint32_t count);
  /// Moves what the lane has room for; returns whether anything moved. Throws OutOfMemory as add().
  bool feed();
  /// Something could be moved. `announce`: consumers are asked to tell when there is room.
  bool movable(bool announce);
  /// After OutOfMemory: the item that found no memory is dropped and counts as claimed.
  void drop_first();
  void drop_all();

  bool empty() const { return waiting_.empty(); }
  std::deque<Waiting>& waiting() { return waiting_; }
  /// Items that consumers have taken, or that were dropped.
  std::uint64_t claimed() { return published_ - port_.waiting() + dropped_; }
  /// Items in the lane that nobody has taken.
  std::uint64_t in_lane() { return port_.waiting(); }
  void count_dropped(std::uint64_t items) { dropped_ += items; }
  ItemGates& gates() const { return *gates_; }

  channel::Inbox& inbox() const { return *inbox_; }
  ring::Lane& lane() const { return inbox_->lane(*domain_, number_); }
  std::uint32_t number() const { return number_; }
  channel::OutPort& port() { return port_; }

 private:
  void add_rest(std::span<const std::byte> bytes, std::uint64_t count);
  bool feed_packed(Packed& packed);

  channel::Domain* domain_;
  channel::Inbox* inbox_;
  std::uint32_t number_;
  channel::OutPort port_;
  ItemGates* gates_;
  std::deque<Waiting> waiting_;
  std::uint64_t published_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace mpyx::transport
