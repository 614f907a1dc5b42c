#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runtime/node_runner.hpp"

namespace mpyx::runtime {

/// What is reported of a rank whose nodes of a run were not started.
std::vector<wire::Event> refusal(const wire::Deploy& deploy, int rank, const std::string& why);

/// A rank's side of all runs: creates nodes as the coordinator says and runs each on its own thread.
class Worker {
 public:
  /// Gives the stage object of a node that cannot travel; only in the coordinator's process.
  using LocalStages = std::function<std::shared_ptr<detail::StageBase>(std::uint64_t run, int node)>;

  Worker(channel::Domain& domain, int rank, std::string host, EventSink& events, LineSink& lines, LocalStages local)
      : domain_{&domain},
        rank_{rank},
        host_{std::move(host)},
        events_{&events},
        lines_{&lines},
        local_{std::move(local)} {}
  /// Waits for the threads of every run; the coordinator has ended them.
  ~Worker();

  /// Starts the nodes of one run. Their failures become events; throws when it cannot make them, and none was started.
  void deploy(const wire::Deploy& deploy);

 private:
  struct RunHere {
    std::atomic<std::size_t> running{0};
    std::vector<std::unique_ptr<NodeRunner>> nodes;
    std::vector<std::thread> threads;
    std::atomic<bool> over{false};      // read by reap(): acquire, after the last node's release
    std::atomic<bool> deployed{false};  // the same, after deploy()'s: until then `threads` still grows
  };

  std::unique_ptr<NodeRunner> make_node(const wire::Deploy& deploy, const wire::DeployedNode& node);
  channel::Gate* gate_of(RunBlock& block, std::int32_t number) const;
  NodeContext::Place place_of(RunBlock& block, const wire::DeployedNode& node, const NodeRunner::Parts& parts) const;
  void run_node(std::uint64_t run, RunHere& here, NodeRunner& node);
  void node_ended(std::uint64_t run, RunHere& here);
  void reap();

  channel::Domain* domain_;
  int rank_;
  std::string host_;
  EventSink* events_;
  LineSink* lines_;
  LocalStages local_;
  std::mutex mutex_;
  std::map<std::uint64_t, std::unique_ptr<RunHere>> runs_;
};

}  // namespace mpyx::runtime
