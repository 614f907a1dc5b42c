#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "channel/inbox.hpp"
#include "runtime/run_block.hpp"

namespace mpyx::runtime {

/// Where a thread waits, by the numbers that all hosts use for a run.
struct WaitPlace {
  enum class Kind : std::uint8_t { none, channel, gate, wiring };  ///< none: nowhere of ours, or for the clock as well

  Kind at = Kind::none;
  std::uint64_t number =
      0;  ///< of the channel or gate; of a Queue, Event or Pipe its place in the coordinator's host's memory
};

/// One node at one moment. Times are spans, so that hosts whose clocks differ can be told of together.
struct NodeSnapshot {
  std::uint32_t phase = 0;    ///< Phase
  std::int64_t phase_ns = 0;  ///< how long it has been in it
  std::int64_t busy_ns = 0;   ///< since it started; the phase that it is in counts
  std::int64_t starved_ns = 0;
  std::int64_t blocked_ns = 0;
  std::int64_t longest_blocked_ns = 0;  ///< the longest single wait for room, one that lasts included
  std::uint64_t items_in = 0;
  std::uint64_t items_out = 0;
  WaitPlace waits;

  Phase doing() const { return static_cast<Phase>(phase); }
  bool is_waiting() const { return doing() == Phase::starving || doing() == Phase::blocked; }
  std::int64_t ran_ns() const { return busy_ns + starved_ns + blocked_ns; }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(phase, phase_ns, busy_ns, starved_ns, blocked_ns, longest_blocked_ns, items_in, items_out, waits);
  }
};

struct ChannelSnapshot {
  std::uint64_t waiting = 0;   ///< items put and not taken
  std::uint64_t capacity = 0;  ///< items; a channel may be full of bytes before

  template <class Archive>
  void serialize(Archive& archive) {
    archive(waiting, capacity);
  }
};

/// The nodes and channels of a run, by id. Those on hosts that nobody asked have not started, as far as it knows.
struct Snapshot {
  std::vector<NodeSnapshot> nodes;
  std::vector<ChannelSnapshot> channels;
  bool complete = true;  ///< false: what one of the hosts says is not of this moment
};

/// The part of it that one host knows.
struct PartSnapshot {
  struct Node {
    std::uint32_t id = 0;
    NodeSnapshot seen;

    template <class Archive>
    void serialize(Archive& archive) {
      archive(id, seen);
    }
  };
  struct Channel {
    std::uint32_t id = 0;
    ChannelSnapshot seen;

    template <class Archive>
    void serialize(Archive& archive) {
      archive(id, seen);
    }
  };
  std::vector<Node> nodes;
  std::vector<Channel> channels;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(nodes, channels);
  }
};
/// Adds what another host knows: its nodes; and to each channel what waits there, and has room there.
void add_part(Snapshot& all, const PartSnapshot& part);

/// The phases as they were at one moment; nothing when the thread was inside enter() all the time that we tried. `now`:
/// now_ns(). Of any process; disturbs nobody.
std::optional<NodeSnapshot> read_whole(const Activity& activity, std::int64_t now);
/// The same with the items, and the open phase counted; at worst (see there) without the open phase.
NodeSnapshot read_activity(const Activity& activity, std::int64_t now);
NodeSnapshot read_node(const NodeBlock& node, std::int64_t now);
ChannelSnapshot read_channel(channel::Domain& domain, memory::Offset inbox);

/// Of a run on this host. O(nodes + channels + slots of farms' channels); takes no lock, writes nothing.
Snapshot take_snapshot(channel::Domain& domain, RunBlock& run, std::int64_t now);
/// The same of these nodes alone, and of the channels that have an end here.
PartSnapshot take_part(channel::Domain& domain, RunBlock& run, const std::vector<std::uint32_t>& nodes,
                       std::int64_t now);

}  // namespace mpyx::runtime
