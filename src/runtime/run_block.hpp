#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

#include "memory/offset.hpp"
#include "memory/wait.hpp"
#include "runtime/activity.hpp"

namespace mpyx::runtime {

/// How a run ends; it only rises.
enum class Ending : std::uint32_t {
  none = 0,
  drain = 1,  ///< sources end, what is in flight is finished
  stop = 2,   ///< now
};

/// A node's state in the host's shared memory.
struct NodeBlock {
  memory::WaitCell cell;  ///< where the node's thread waits, whatever for
  Activity activity;      ///< what it does
  std::atomic<std::int64_t>
      longest_blocked_ns;               ///< the longest of its waits for room that are over; its own thread writes
  std::atomic<std::uint32_t> stopping;  ///< the stage called stop()
  std::atomic<std::uint32_t> verdict;   ///< of the handler: 0 none yet, else 1 + Verdict; then the cell is woken
};

/// A run's state on one host, followed by its nodes, and by where its channels and gates are. Made before any node starts,
/// freed after all have finished. Every host numbers all nodes and channels of the graph alike.
struct RunBlock {
  std::atomic<std::uint32_t> ending;  ///< set by anybody, who then wakes every cell
  std::uint32_t nodes;
  std::uint32_t channels;
  std::uint32_t gates;
  alignas(64) memory::WaitCell outlet;  ///< where the reader of the outlet waits

  NodeBlock& node(std::uint32_t id) { return reinterpret_cast<NodeBlock*>(this + 1)[id]; }
  const NodeBlock& node(std::uint32_t id) const { return reinterpret_cast<const NodeBlock*>(this + 1)[id]; }
  /// The channel's inbox on this host; null_offset when no end of it is here. Not changed after the run's start.
  memory::Offset& inbox(std::uint32_t channel) { return offsets()[channel]; }
  memory::Offset& gate(std::uint32_t number) { return offsets()[channels + number]; }
  Ending how() const { return static_cast<Ending>(ending.load(std::memory_order_acquire)); }

  /// Raises the ending and wakes every thread of the run on this host. From any thread of any process.
  void end(Ending ending_wanted);

  /// As if the node's stage had called stop(). From any thread of any process.
  void stop_node(std::int32_t id);

  static std::size_t bytes(std::size_t nodes, std::size_t channels, std::size_t gates) {
    return sizeof(RunBlock) + nodes * sizeof(NodeBlock) + (channels + gates) * sizeof(memory::Offset);
  }

 private:
  memory::Offset* offsets() { return reinterpret_cast<memory::Offset*>(&node(nodes)); }
};
static_assert(std::is_standard_layout_v<RunBlock> && sizeof(RunBlock) % 64 == 0 && sizeof(NodeBlock) == 192);

}  // namespace mpyx::runtime
