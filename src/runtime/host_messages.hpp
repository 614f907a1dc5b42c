#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "channel/wiring_call.hpp"
#include "ring/lane.hpp"
#include "runtime/snapshot.hpp"
#include "wire/control.hpp"

/// What the coordinator and the first ranks of the other hosts say to each other.
namespace mpyx::runtime {

/// A channel as one host sees it. Lanes: those of the producers here, then the one for items that other hosts give back,
/// then one for each host in `from`. Consumers: those here, then one for each host in `to`.
struct HostChannel {
  struct Peer {
    std::int32_t host = 0;
    std::uint32_t replicas = 0;
  };
  std::uint32_t id = 0;
  ring::LaneShape shape;
  std::vector<std::int32_t> producers;  ///< nodes here
  std::vector<std::int32_t> consumers;  ///< nodes here; k_reader is who reads the outlet
  std::vector<Peer> from;               ///< other hosts with producers, when there are consumers here
  std::vector<Peer> to;                 ///< other hosts with consumers, when there are producers here
  bool returns = false;                 ///< another host may give items back
  std::vector<std::int32_t> gates;      ///< that number its items, outermost first
  std::uint64_t capacity = 0;           ///< items, as the user says; 0: the defaults

  static constexpr std::int32_t k_reader = -1;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(id, shape, producers, consumers, from, to, returns, gates, capacity);
  }
};

/// Coordinator to a host: its part of a run.
struct HostPlan {
  struct Gate {
    std::int32_t number = 0;
    std::int32_t entry = 0;  ///< nodes
    std::int32_t exit = 0;
    std::int32_t home = k_here;  ///< the host where these are

    static constexpr std::int32_t k_here = -1;
  };
  struct Rank {
    std::int32_t rank = 0;
    wire::Deploy deploy;

    template <class Archive>
    void serialize(Archive& archive) {
      archive(rank, deploy);
    }
  };

  std::uint64_t run = 0;
  std::uint32_t nodes = 0;     ///< of the whole graph
  std::uint32_t channels = 0;  ///< the same
  std::uint32_t gate_count = 0;
  std::vector<HostChannel> here;
  std::vector<Gate> gates;
  std::vector<Rank> ranks;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(run, nodes, channels, gate_count, here, gates, ranks);
  }
};

/// Coordinator to host: the run ends so.
struct EndRun {
  std::uint64_t run = 0;
  std::uint32_t ending = 0;
};

/// Coordinator to host: main() stops one node.
struct StopNode {
  std::uint64_t run = 0;
  std::int32_t node = 0;
};

/// Coordinator to host: what a handler decided about an item; 1 + Verdict.
struct GiveVerdict {
  std::uint64_t run = 0;
  std::int32_t node = 0;
  std::uint32_t verdict = 0;
};

/// Coordinator to host: every node of the run has finished, on all hosts.
struct ForgetRun {
  std::uint64_t run = 0;
};

/// Coordinator to host: so many bytes of Lines are written.
struct LinesWritten {
  std::uint64_t bytes = 0;
};

/// Coordinator to host: what do your nodes of the run do? `question` comes back with the answer.
struct AskSnapshot {
  std::uint64_t run = 0;
  std::uint64_t question = 0;
};

using HostCommand = std::variant<HostPlan, EndRun, GiveVerdict, ForgetRun, LinesWritten, wire::Shutdown, AskSnapshot,
                                 channel::WiringAnswer, StopNode>;

/// Host to coordinator: whole lines for the user's terminal.
struct Lines {
  std::string text;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(text);
  }
};

/// Host to coordinator: the answer, of all its nodes and channels of a run.
struct HostSnapshot {
  std::uint64_t run = 0;
  std::uint64_t question = 0;
  PartSnapshot part;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(run, question, part);
  }
};

/// Host to coordinator: no way leads from here to another host that has not left.
struct HostLost {
  std::int32_t host = 0;
  std::string why;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(host, why);
  }
};

using HostEvent = std::variant<wire::Event, Lines, HostSnapshot, channel::WiringCall, HostLost>;

}  // namespace mpyx::runtime
