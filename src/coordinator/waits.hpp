#pragma once

#include <mpyx/detail/blueprint.hpp>
#include <mpyx/graph.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "channel/handle_transit.hpp"
#include "channel/waiter.hpp"
#include "runtime/snapshot.hpp"

namespace mpyx::coordinator {

/// What one thread waits for, a node's or main's.
struct Wait {
  enum class State { works, waits, finished };

  State state = State::works;
  std::int64_t for_ns = 0;
  std::vector<int> on;        ///< who could end it, by number
  bool on_outsiders = false;  ///< somebody who is not known could end it as well, or the clock
  std::string who;            ///< "resize 2/4 on rank 3"
  std::string what;           ///< "room in resize -> save (1022 of 1022 items)"
};

/// Where the nodes of a run may wait: fixed for a run.
struct WaitMap {
  struct Gate {
    int exit = -1;
    std::vector<int> inside;  ///< nodes whose items it numbers, but for the exit
  };

  Graph graph;  ///< with ranks
  std::vector<Gate> gates;
  std::vector<channel::HandleTransit::Sent> handles;  ///< of Queues, Events and Pipes, by node
};

std::vector<WaitMap::Gate> gates_of(const detail::Blueprint& blueprint);

/// What main() does.
struct MainState {
  bool reads = false;       ///< waits for the next item of the outlet
  bool joins = false;       ///< waits for all stages
  channel::MainWait waits;  ///< at a Queue, Event or Pipe
  bool others_run = false;  ///< other pipelines, or threads of the user's own: they may hold the same Queues
};

/// Everybody's waits: nodes by their number, then main(). A pure function of what it is given.
std::vector<Wait> waits_of(const WaitMap& map, const runtime::Snapshot& snapshot, const MainState& main);

/// "resize 2/4 on rank 3": a node of a placed graph in messages.
std::string node_text(const Graph& graph, int node);

}  // namespace mpyx::coordinator
