#pragma once

#include <mpyx/detail/run.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "channel/inbox.hpp"
#include "coordinator/host_answers.hpp"
#include "coordinator/live_run.hpp"
#include "coordinator/shared_xcuts.hpp"
#include "coordinator/task_thread.hpp"
#include "coordinator/watcher.hpp"
#include "graph/placement.hpp"
#include "runtime/host_messages.hpp"
#include "runtime/node_runner.hpp"
#include "topology/host.hpp"

namespace mpyx::coordinator {

/// Rank 0's role: checks, plans and deploys graphs, and hears how they go. All functions from any thread.
class Coordinator : public runtime::EventSink {
 public:
  /// How it reaches the ranks of its host and the other hosts.
  struct Ways {
    std::function<void(int rank, const wire::Command&)> to_rank;
    std::function<void()> flush_lines;                  ///< waits until what the stages printed is written
    std::function<void(std::string_view lines)> print;  ///< to standard output, at once
    // with several hosts only:
    std::function<void(int host, const runtime::HostCommand&)> to_host;
    std::function<void(const runtime::HostPlan&, runtime::HostRun&)>
        attach;                                     ///< gives the courier its ends of channels
    std::function<void(std::uint64_t run)> detach;  ///< takes them away again
  };

  /// `courier_cell`: where the host's courier waits.
  Coordinator(std::shared_ptr<channel::Domain> domain, graph::Cluster cluster, memory::Offset courier_cell, Ways ways);
  ~Coordinator() override;

  /// `serves_others`: it is an xcut pipeline that runs on its own.
  std::shared_ptr<LiveRun> start(detail::Blueprint blueprint, const detail::Settings& settings,
                                 bool serves_others = false);
  /// Throws Error when the graph cannot run.
  void check(const detail::Blueprint& blueprint) const;
  /// The graph with ranks and hosts. Throws Error when it cannot be placed.
  Graph placed(detail::Blueprint blueprint) const;

  void send(wire::Event event) override;
  /// An item from another host found no memory here.
  void item_failed(std::uint64_t run, std::uint32_t channel, const std::string& why);
  void host_answered(int host, runtime::HostSnapshot answer) { answers_->answered(host, std::move(answer)); }
  std::shared_ptr<detail::StageBase> take_local(std::uint64_t run, int node);

  bool idle() { return live().empty(); }
  /// Ends every run so, those that start later as well.
  void end_all(runtime::Ending ending);
  /// Stops daemons and waits until every run has finished, at most so long; whether they did. Without a deadline, stages
  /// that do not return after a stop end the process.
  bool wait_all(std::int64_t deadline_ns);
  /// Waits for the user's error handler that is being called, if one is, and calls no more. After wait_all().
  void end_handlers() { handlers_.end(); }
  std::string busy_on(int rank);

 private:
  Graph checked(detail::Blueprint& blueprint) const;
  graph::Plan plan(const Graph& graph) const;
  void deploy(const std::shared_ptr<LiveRun>& run, const detail::Blueprint& blueprint, const graph::Plan& where,
              const detail::Settings& settings);
  std::vector<std::shared_ptr<LiveRun>> live();
  std::shared_ptr<Watcher> watcher();
  void wait_until_none(std::unique_lock<std::mutex>& lock);

  std::shared_ptr<channel::Domain> domain_;
  graph::Cluster cluster_;
  std::vector<std::string> host_of_rank_;
  memory::Offset courier_cell_;
  Ways ways_;
  std::mutex mutex_;
  std::condition_variable none_left_;
  std::uint64_t next_number_ = 1;
  std::map<std::uint64_t, std::shared_ptr<LiveRun>> runs_;
  runtime::Ending ending_ = runtime::Ending::none;  // what end_all() asked for; only rises
  std::shared_ptr<HostAnswers> answers_ = std::make_shared<HostAnswers>();
  std::shared_ptr<SharedXcuts> xcuts_ = std::make_shared<SharedXcuts>();
  std::shared_ptr<Watcher> watcher_;  // made with the first run
  std::int64_t stop_ns_ = 0;          // read then
  TaskThread handlers_;               // error handlers of the user, one call at a time; last, so that it ends first
};

}  // namespace mpyx::coordinator
