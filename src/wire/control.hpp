#pragma once

#include <mpyx/serialize.hpp>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "memory/offset.hpp"

/// What coordinator and ranks say to each other. A message may be lost with its sender, never twice.
namespace mpyx::wire {

/// One node, for the rank that runs it.
struct DeployedNode {
  struct Output {
    std::uint32_t channel = 0;
    std::uint32_t producer = 0;  ///< among those on its host
  };
  struct Xcut {
    std::string name;
    std::string type;  ///< typeid().name() of what it takes
    Output output;

    template <class Archive>
    void serialize(Archive& archive) {
      archive(name, type, output);
    }
  };

  std::int32_t id = 0;
  std::string name;
  std::uint64_t type_module = 0;  ///< the stage type's anchor: id of its module and offset there
  std::uint64_t type_offset = 0;
  std::string object;  ///< the encoded stage; empty for one that stays on the coordinator
  std::int32_t replica = 0;
  std::int32_t replicas = 1;
  std::int32_t input = -1;     ///< channel
  std::uint32_t consumer = 0;  ///< among those on its host
  std::vector<Output> outputs;
  std::vector<Xcut> xcuts;
  std::uint8_t role = 0;            ///< detail::OrderRole
  std::vector<std::int32_t> gates;  ///< that number its input items, outermost first
  std::int32_t gate = -1;           ///< of an entry or exit: its own
  bool needs_all = false;           ///< ends once nobody reads one of its outputs
  bool discards = false;            ///< the last consumer there, of items with numbers, takes on what nobody reads
  std::uint8_t policy = 0;          ///< detail::ErrorPolicy::Kind
  std::int32_t retries = 0;
  std::int64_t pause_ns = 0;
  bool told = false;  ///< somebody has a handle of it: other hosts tell the coordinator how it goes

  template <class Archive>
  void serialize(Archive& archive) {
    archive(id, name, type_module, type_offset, object, replica, replicas, input, consumer, outputs, xcuts, role, gates,
            gate, needs_all, discards, policy, retries, pause_ns, told);
  }
};

/// To a rank, from the first one of its host: run these nodes.
struct Deploy {
  std::uint64_t run = 0;
  memory::Offset run_block = memory::null_offset;
  std::vector<DeployedNode> nodes;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(run, run_block, nodes);
  }
};

/// To a rank, from the first one of its host: the session is over.
struct Shutdown {
  std::int32_t status = 0;
};

using Command = std::variant<Deploy, Shutdown>;

/// Rank to coordinator: a stage threw; the run ends, unless it asks.
struct StageFailed {
  std::uint64_t run = 0;
  std::int32_t node = 0;
  std::string phase;
  std::int64_t item = -1;
  std::string message;
  std::int32_t rank = 0;
  bool asks = false;  ///< the node waits for its handler's verdict

  template <class Archive>
  void serialize(Archive& archive) {
    archive(run, node, phase, item, message, rank, asks);
  }
};

/// Rank to coordinator: all nodes of a run on this rank have finished.
struct RankFinished {
  std::uint64_t run = 0;
  std::int32_t rank = 0;
};

/// Rank to coordinator on another host: a node that is `told` has come to this phase (runtime::Phase).
struct NodeChanged {
  std::uint64_t run = 0;
  std::int32_t node = 0;
  std::uint32_t phase = 0;
};

using Event = std::variant<StageFailed, RankFinished, NodeChanged>;

/// Rank to the first one of its host, where that is not the coordinator's: about a Queue, Event or Pipe there.
struct WiringCalled {
  enum class What : std::uint8_t { attach, release, close, request, abandon };

  What what = What::request;
  std::uint64_t holder = 0;
  std::uint64_t request = 0;
  memory::Offset at = memory::null_offset;  ///< request: where it is; attach: the ticket, on the coordinator's host
};

/// What a rank says to the first one of its host.
using Report = std::variant<Event, WiringCalled>;

}  // namespace mpyx::wire
