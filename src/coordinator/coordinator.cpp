#include "coordinator/coordinator.hpp"

#include <mpyx/detail/handle.hpp>
#include <mpyx/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <new>
#include <span>
#include <system_error>
#include <thread>
#include <variant>

#include "base/clock.hpp"
#include "coordinator/death_line.hpp"
#include "coordinator/deployment.hpp"
#include "coordinator/patience.hpp"
#include "coordinator/run_watch.hpp"
#include "graph/check.hpp"
#include "runtime/worker.hpp"

namespace mpyx::coordinator {

namespace {

void check_graph(const detail::Blueprint& blueprint, const Graph& graph) {
  if (!blueprint.problem.empty()) throw Error{"mpyx: " + blueprint.problem};
  if (const auto problem = graph::check(graph)) throw Error{"mpyx: " + *problem};
}

/// What a stage of the user's throws here, on rank 0, is that stage's failure.
template <class Call>
auto of_stage(const detail::BlueprintNode& node, const char* phase, const std::string& host, Call call) {
  const auto failure = [&](const char* message) {
    return StageError{{node.name, node.replica, node.replicas, phase, -1, message, 0, host}};
  };
  try {
    return call();
  } catch (const std::exception& error) {
    throw failure(error.what());
  } catch (...) {
    throw failure("an exception that is no std::exception");
  }
}

void initialize(detail::Blueprint& blueprint, const graph::Plan& where, const std::vector<std::string>& host_of_rank) {
  for (std::size_t i = 0; i < blueprint.nodes.size(); ++i) {
    auto& node = blueprint.nodes[i];
    const int rank = where.rank_of_node[i];
    const detail::Identity identity{node.name, host_of_rank[static_cast<std::size_t>(rank)], rank, node.replica,
                                    node.replicas};
    of_stage(node, "initialize", host_of_rank[0], [&] { detail::StageAccess::initialize(*node.object, identity); });
  }
}

std::string saved(int id, const detail::BlueprintNode& node, channel::HandleTransit& handles) {
  if (node.type->save == nullptr) return {};
  detail::Writer count{{}};
  detail::collect_handles([&] { node.type->save(*node.object, count); });
  std::string bytes(count.size(), '\0');
  detail::Writer writer{std::as_writable_bytes(std::span{bytes})};
  handles.send([&] { node.type->save(*node.object, writer); }, id);
  return bytes;
}

/// The entry and exit of a Seq or Zip share memory: they stay on the coordinator's host. (A pin around it is meant for the
/// stages inside.) Whether there are any.
bool keep_together(detail::Blueprint& blueprint) {
  bool any = false;
  for (auto& node : blueprint.nodes) {
    if (node.role == detail::OrderRole::none) continue;
    node.options.host.clear();
    node.options.host_index = -1;
    node.on_coordinator_host = any = true;
  }
  return any;
}

/// An xcut pipeline that runs on its own is drained by the end of its last user.
bool ends_with_all(const LiveRun& run, runtime::Ending ending) {
  return ending == runtime::Ending::stop || (ending == runtime::Ending::drain && !run.serves_others);
}

graph::Policy policy_from_environment() {
  const char* wanted = std::getenv("MPYX_PLACEMENT");
  const std::string policy = wanted == nullptr ? "" : wanted;
  if (policy == "pack") return graph::Policy::pack;
  if (policy.empty() || policy == "spread") return graph::Policy::spread;
  throw Error{"mpyx: MPYX_PLACEMENT is '" + policy + "'; it can be 'pack' or 'spread'"};
}

}  // namespace

Coordinator::Coordinator(std::shared_ptr<channel::Domain> domain, graph::Cluster cluster, memory::Offset courier_cell,
                         Ways ways)
    : domain_{std::move(domain)}, cluster_{std::move(cluster)}, courier_cell_{courier_cell}, ways_{std::move(ways)} {
  for (const auto& host : cluster_.hosts) {
    for (const int rank : host.ranks) {
      host_of_rank_.resize(std::max(host_of_rank_.size(), static_cast<std::size_t>(rank) + 1));
      host_of_rank_[static_cast<std::size_t>(rank)] = host.name;
    }
  }
}

Coordinator::~Coordinator() {
  if (watcher_) watcher_->close();  // handles of runs may outlive this, and keep it
}

/// Throws Error when the environment is wrong.
std::shared_ptr<Watcher> Coordinator::watcher() {
  const std::lock_guard lock{mutex_};
  if (!watcher_) {
    const auto complain = [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); };
    stop_ns_ = stop_ns_from_environment();
    watcher_ = std::make_shared<Watcher>(ways_.print, complain, stall_ns_from_environment());
  }
  return watcher_;
}

graph::Plan Coordinator::plan(const Graph& graph) const {
  auto plan = graph::place(graph, cluster_, policy_from_environment());
  if (!plan) throw Error{"mpyx: " + plan.error()};
  return std::move(plan).value();
}

void Coordinator::check(const detail::Blueprint& blueprint) const { check_graph(blueprint, blueprint.graph()); }

Graph Coordinator::checked(detail::Blueprint& blueprint) const {
  Graph graph = blueprint.graph();
  check_graph(blueprint, graph);
  if (cluster_.hosts.size() == 1 || !keep_together(blueprint)) return graph;
  return blueprint.graph();
}

Graph Coordinator::placed(detail::Blueprint blueprint) const {
  const Graph graph = checked(blueprint);
  return graph::placed(graph, cluster_, plan(graph));
}

std::shared_ptr<LiveRun> Coordinator::start(detail::Blueprint blueprint, const detail::Settings& settings,
                                            bool serves_others) {
  const Graph graph = checked(blueprint);
  const graph::Plan where = plan(graph);
  const auto watches = watcher();
  initialize(blueprint, where, host_of_rank_);
  std::uint64_t number = 0;
  std::int64_t stop_ns = 0;
  {
    const std::lock_guard lock{mutex_};
    number = next_number_++;
    stop_ns = stop_ns_;
  }
  auto run = std::make_shared<LiveRun>(domain_, number, settings.daemon);
  for (std::size_t i = 0; i < blueprint.nodes.size(); ++i) {
    const auto& node = blueprint.nodes[i];
    const int rank = where.rank_of_node[i];
    run->nodes.push_back({node.name, node.replica, node.replicas, rank, host_of_rank_[static_cast<std::size_t>(rank)],
                          where.host_of_node[i], node.type->save == nullptr ? node.object : nullptr, node.policy});
  }
  run->flush_lines = ways_.flush_lines;
  run->watcher = watches;
  run->stop_ns = stop_ns;
  run->answers = answers_;
  run->wait_map.graph = graph::placed(graph, cluster_, where);
  run->tell_host = ways_.to_host;
  run->detach = ways_.detach;
  run->serves_others = serves_others;
  run->settle_xcuts = [xcuts = xcuts_](LiveRun& finished) { xcuts->settle(finished); };
  detail::Settings like_its_user;
  like_its_user.capacity_items = settings.capacity_items;
  like_its_user.capacity_bytes = settings.capacity_bytes;
  xcuts_->join(*run, blueprint, like_its_user,
               [&](detail::Blueprint xcut) { return start(std::move(xcut), like_its_user, true); });
  try {
    deploy(run, blueprint, where, settings);
  } catch (...) {
    xcuts_->leave(*run);
    throw;
  }
  xcuts_->started(run);
  return run;
}

void Coordinator::deploy(const std::shared_ptr<LiveRun>& run, const detail::Blueprint& blueprint,
                         const graph::Plan& where, const detail::Settings& settings) {
  const LanePlan lanes{blueprint, settings, domain_->segment.limit()};
  const Deployment deployment{blueprint, where, cluster_.hosts.size(), lanes};
  auto plans = deployment.plans(run->number(), [&](int id) {
    const auto& node = blueprint.nodes[static_cast<std::size_t>(id)];
    try {
      return saved(id, node, run->handles);
    } catch (const Error&) {  // the library's word: about a handle or Buffer of a session that has ended, for instance
      throw;
    } catch (const memory::OutOfMemory&) {
      throw;
    } catch (...) {
      return of_stage(node, "start", cluster_.hosts[0].name, []() -> std::string { throw; });
    }
  });
  run->wait_map.gates = gates_of(blueprint);
  run->wait_map.handles = run->handles.sent();
  run->here.emplace(domain_, plans[0], courier_cell_);
  run->block = &run->here->block();
  if (blueprint.outlet >= 0) run->outlet.emplace(*domain_, run->here->inbox(blueprint.outlet), 0);
  for (std::size_t host = 0; host < plans.size(); ++host) {
    run->ranks_left += plans[host].ranks.size();
    if (host != 0 && !plans[host].ranks.empty()) run->other_hosts.push_back(static_cast<int>(host));
  }
  if (!run->other_hosts.empty()) {
    run->plan = plans[0];
    forget_objects(run->plan);
  }
  std::map<std::shared_ptr<detail::HandleState>, std::vector<int>> handles;
  for (std::size_t i = 0; i < blueprint.nodes.size(); ++i) {
    for (const auto& handle : blueprint.nodes[i].handles) handles[handle].push_back(static_cast<int>(i));
  }
  if (!run->other_hosts.empty()) ways_.attach(plans[0], *run->here);
  run->watcher->add(run->number(), std::make_unique<RunWatch>(run), settings.watch_ns);
  {
    const std::lock_guard lock{mutex_};
    runs_.emplace(run->number(), run);
    if (ends_with_all(*run, ending_)) run->block->end(ending_);
  }
  // From here on it is known, and may have begun somewhere: it ends as any run that fails.
  const auto begin = [this](std::span<const runtime::HostPlan::Rank> ranks, const auto& tell) {
    try {
      tell();
    } catch (const std::exception& error) {
      for (const auto& [rank, deploy] : ranks) {
        for (auto& event : runtime::refusal(deploy, rank, error.what())) send(std::move(event));
      }
    }
  };
  for (const int host : run->other_hosts) {
    auto& plan = plans[static_cast<std::size_t>(host)];
    begin(plan.ranks, [&] { ways_.to_host(host, plan); });
  }
  for (auto& each : plans[0].ranks) {
    each.deploy.run_block = run->here->block_offset();
    begin({&each, 1}, [&] { ways_.to_rank(each.rank, each.deploy); });
  }
  // Only now: what a handle asks of a node must come to its host behind the plan.
  for (auto& [handle, numbers] : handles) handle->bind(run, std::move(numbers));
  // Its end may have been told to other hosts before its plan was.
  if (const auto ending = run->block->how(); ending != runtime::Ending::none) run->end(ending);
}

void Coordinator::send(wire::Event event) {
  std::shared_ptr<LiveRun> run;
  const std::uint64_t number = std::visit([](const auto& each) { return each.run; }, event);
  {
    const std::lock_guard lock{mutex_};
    const auto found = runs_.find(number);
    if (found == runs_.end()) return;
    run = found->second;
  }
  if (const auto* failed = std::get_if<wire::StageFailed>(&event)) {
    if (failed->asks) {
      handlers_.add([run, failure = *failed] { run->ask_handler(failure); });
    } else {
      run->stage_failed(*failed);
    }
    return;
  }
  if (const auto* changed = std::get_if<wire::NodeChanged>(&event)) {
    run->node_changed(*changed);
    return;
  }
  if (!run->rank_finished()) return;
  xcuts_->leave(*run);
  if (run->serves_others) xcuts_->ended(*run);
  run->watcher->ended(number);  // before whoever waits for all runs goes on: its summary may have to ask other hosts
  {
    const std::lock_guard lock{mutex_};
    runs_.erase(number);
  }
  none_left_.notify_all();
}

void Coordinator::item_failed(std::uint64_t number, std::uint32_t channel, const std::string& why) {
  const std::lock_guard lock{mutex_};
  const auto run = runs_.find(number);
  if (run != runs_.end()) run->second->stage_failed(failed_item(run->second->plan, channel, why));
}

std::shared_ptr<detail::StageBase> Coordinator::take_local(std::uint64_t run, int node) {
  const std::lock_guard lock{mutex_};
  const auto found = runs_.find(run);
  if (found == runs_.end()) return nullptr;
  return std::exchange(found->second->nodes[static_cast<std::size_t>(node)].local, nullptr);
}

std::vector<std::shared_ptr<LiveRun>> Coordinator::live() {
  const std::lock_guard lock{mutex_};
  std::vector<std::shared_ptr<LiveRun>> all;
  for (const auto& [number, run] : runs_) all.push_back(run);
  return all;
}

void Coordinator::end_all(runtime::Ending ending) {
  {
    const std::lock_guard lock{mutex_};
    ending_ = std::max(ending_, ending);
  }
  for (const auto& run : live()) {
    if (ends_with_all(*run, ending)) run->end(ending);
  }
}

bool Coordinator::wait_all(std::int64_t deadline_ns) {
  xcuts_->close_all();
  for (const auto& run : live()) {
    if (run->daemon()) run->stop();
  }
  std::vector<std::jthread> readers;
  if (deadline_ns ==
      memory::no_deadline) {  // what nobody read until now, nobody will: it must not keep a source waiting
    for (const auto& run : live()) {
      if (!run->outlet) continue;
      try {
        readers.emplace_back([run] { run->discard_unread(); });
      } catch (const std::system_error&) {  // no thread to be had
        run->stop();
      }
    }
  }
  std::unique_lock lock{mutex_};
  const auto none = [this] { return runs_.empty(); };
  if (deadline_ns == memory::no_deadline) {
    wait_until_none(lock);
    const auto watches = watcher_;
    lock.unlock();
    if (watches) watches->settle_all();  // while other hosts can still be asked for the last figures
    return true;
  }
  return none_left_.wait_for(lock, std::chrono::nanoseconds{std::max<std::int64_t>(deadline_ns - now_ns(), 0)}, none);
}

void Coordinator::wait_until_none(std::unique_lock<std::mutex>& lock) {
  Patience patience{stop_ns_};
  while (!none_left_.wait_for(lock, patience.look_every(), [this] { return runs_.empty(); })) {
    bool some = false, all = true;
    std::vector<std::shared_ptr<LiveRun>> left;
    for (const auto& [number, run] : runs_) {
      left.push_back(run);
      some |= run->was_stopped();
      all &= run->was_stopped() || run->serves_others;  // those end with the others
    }
    if (!patience.ends(some && all)) continue;
    lock.unlock();
    std::vector<const LiveRun*> runs;
    for (const auto& run : left) runs.push_back(run.get());
    end_if_stuck(runs);
    left.clear();
    lock.lock();
  }
}

std::string Coordinator::busy_on(int rank) {
  std::string names;
  for (const auto& run : live()) {
    const std::string more = run->busy_on(rank);
    if (!names.empty() && !more.empty()) names += ", ";
    names += more;
  }
  return names;
}

}  // namespace mpyx::coordinator
