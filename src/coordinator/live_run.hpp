#pragma once

#include <mpyx/detail/run.hpp>
#include <mpyx/error.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "channel/handle_transit.hpp"
#include "channel/in_port.hpp"
#include "coordinator/host_answers.hpp"
#include "coordinator/waits.hpp"
#include "coordinator/watcher.hpp"
#include "runtime/host_messages.hpp"
#include "runtime/host_run.hpp"
#include "wire/control.hpp"

namespace mpyx::coordinator {

class Coordinator;
struct SharedXcut;

/// One execution of a graph, on the coordinator's side.
///
/// Who writes: the user's thread reads the outlet and asks for ends; the control thread (or a node's thread when alone)
/// reports failures and finished ranks. `mutex_` guards what both touch. The run's shared memory is freed with it:
/// the coordinator keeps a share until every rank has finished, the user's handles keep theirs.
class LiveRun : public detail::Run {
 public:
  struct NodeInfo {
    std::string name;
    int replica = 0;
    int replicas = 1;
    int rank = 0;
    std::string host;
    int host_number = 0;
    std::shared_ptr<detail::StageBase> local;  ///< of a stage that stays on the coordinator, until it is deployed
    std::shared_ptr<const detail::ErrorPolicy> policy;
  };

  LiveRun(std::shared_ptr<channel::Domain> domain, std::uint64_t number, bool daemon);
  ~LiveRun() override;

  bool next(const std::function<void(detail::Reader&)>& take) override;
  void join() override;
  void drain() override;
  void stop() override;
  bool started() const override;
  bool stopped() const override;
  bool finished() const override;
  detail::NodeState node_state(int node) const override;
  void stop_node(int node) override;
  bool take_outlet() override;
  void leave() noexcept override;
  void watch(std::chrono::nanoseconds period) override;
  void unwatch() override;

  void stage_failed(const wire::StageFailed& failed);
  /// The run ends with this error, if it has none yet.
  void fail(const StageError& error);
  /// Is called with the first failure, at once when there was one.
  void on_failure(std::function<void(const StageError&)> call);
  std::optional<StageError> error() const;
  /// The error, if nobody has taken it yet.
  std::optional<StageError> take_error();
  bool was_stopped() const { return block != nullptr && block->how() == runtime::Ending::stop; }
  /// Until all ranks have finished, and the xcut pipelines that end with this run.
  void wait_finished();
  /// Takes and drops what the last stages put, until they end, unless somebody reads it or has read it.
  void discard_unread();
  /// Calls the user's handler and tells the node its verdict.
  void ask_handler(const wire::StageFailed& failed);
  /// Whether it was the last one.
  bool rank_finished();
  /// Of a node on another host; those here write into the block themselves.
  void node_changed(const wire::NodeChanged& changed);
  /// Raises the ending on all hosts.
  void end(runtime::Ending ending);
  bool daemon() const { return daemon_; }
  std::uint64_t number() const { return number_; }
  /// "resize 2/7 on rank 5" of the nodes on a rank that are in user code; for the message about its death.
  std::string busy_on(int rank) const;

  /// Lines about the stages that have not returned, behind the error for which they were stopped, if nobody has heard of it;
  /// asks other hosts and waits for them a while. Empty when all have returned, or it was not stopped.
  std::string stuck() const;

  /// What all nodes, and main() as the last, have done so far; asks other hosts and waits for them a while. By the watcher.
  runtime::Snapshot snapshot(std::int64_t now);
  MainState main_state() const;

  // Filled while it is deployed, before any node starts.
  std::vector<NodeInfo> nodes;
  std::optional<runtime::HostRun> here;
  runtime::RunBlock* block = nullptr;
  std::optional<channel::InPort> outlet;
  std::size_t ranks_left = 0;
  std::int64_t stop_ns = 0;      ///< how long stages may take to return after a stop; 0: for ever
  std::vector<int> other_hosts;  ///< that have nodes of it
  runtime::HostPlan plan;        ///< of this host, if there are others
  std::function<void(int host, const runtime::HostCommand&)> tell_host;
  std::function<void(std::uint64_t run)>
      detach;                      ///< takes the courier's ends of channels away; before the memory is freed
  channel::HandleTransit handles;  ///< on their way to stages
  std::vector<std::shared_ptr<SharedXcut>> xcuts;  ///< that run on their own, and that this run puts into
  std::function<void(LiveRun&)> settle_xcuts;
  bool serves_others = false;         ///< it is one of those itself: a drain reaches it through its users
  std::function<void()> flush_lines;  ///< waits until what the stages printed is written
  WaitMap wait_map;
  std::shared_ptr<Watcher> watcher;
  std::shared_ptr<HostAnswers> answers;

 private:
  StageError error_of(const wire::StageFailed& failed) const;
  void tell_unclaimed();
  bool ranks_finished() const;

  bool failed() const { return error().has_value(); }
  void tell_hosts(const runtime::HostCommand& command) const;
  std::string stages_on(int rank, const std::function<bool(std::size_t)>& counts) const;
  std::optional<channel::Frame> wait_for_item();
  runtime::Phase phase_of(std::size_t node) const;
  bool in_user_code(std::size_t node) const;

  std::shared_ptr<channel::Domain> domain_;
  std::uint64_t number_;
  bool daemon_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<StageError> error_;
  std::function<void(const StageError&)> on_failure_;
  bool error_taken_ = false;
  std::atomic<bool> left_{false};  // nobody owns it any more
  bool finished_ = false;
  bool outlet_taken_ = false;
  HostAnswers::Parts parts_;             // what other hosts said last; the watcher's
  runtime::Activity reader_{};           // of the thread that reads the outlet
  std::atomic<bool> main_reads_{false};  // that is main()
  std::atomic<int> main_joins_{0};       // main() waits for the end
};

}  // namespace mpyx::coordinator
