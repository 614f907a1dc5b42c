#include "coordinator/live_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "base/clock.hpp"
#include "channel/waiter.hpp"
#include "coordinator/exit_status.hpp"
#include "coordinator/patience.hpp"
#include "coordinator/shared_xcuts.hpp"

namespace mpyx::coordinator {

using runtime::Ending;
using runtime::Phase;

LiveRun::LiveRun(std::shared_ptr<channel::Domain> domain, std::uint64_t number, bool daemon)
    : domain_{std::move(domain)}, number_{number}, daemon_{daemon} {}

LiveRun::~LiveRun() {
  if (other_hosts.empty()) return;
  detach(number_);
  // Not before: with all stages finished, what they put may still be on its way to the outlet.
  tell_hosts(runtime::ForgetRun{number_});
}

/// The next item of the outlet; nothing at its end, or when the run is stopped.
std::optional<channel::Frame> LiveRun::wait_for_item() {
  const auto stop = [this] { return block->how() == Ending::stop; };
  while (!stop() || failed()) {  // what was put before a failure is still given
    if (auto frame = outlet->take()) {
      reader_.count_in(reader_.items_in.load(std::memory_order_relaxed) + 1);
      if (reader_.now_doing() != Phase::process) reader_.enter(Phase::process, memory::null_offset, now_ns());
      return frame;
    }
    if (outlet->ended() || stop()) break;
    if (reader_.now_doing() != Phase::starving) {
      main_reads_.store(channel::on_main_thread(), std::memory_order_relaxed);
      reader_.enter(Phase::starving, outlet->inbox(), now_ns());
    }
    outlet->wait(block->outlet, stop);
  }
  reader_.enter(Phase::finished, memory::null_offset, now_ns());
  return std::nullopt;
}

bool LiveRun::next(const std::function<void(detail::Reader&)>& take) {
  if (!outlet) return false;
  const auto frame = wait_for_item();
  if (!frame) return false;
  struct Release {
    channel::InPort& port;
    const channel::Frame& frame;
    ~Release() { port.release(frame); }
  } release{*outlet, *frame};
  detail::Reader reader{frame->view.value, frame->view.blocks};
  take(reader);
  return true;
}

std::optional<StageError> LiveRun::error() const {
  const std::lock_guard lock{mutex_};
  return error_;
}

void LiveRun::discard_unread() {
  if (!outlet || !take_outlet()) return;
  while (block->how() != Ending::stop) {
    const auto frame = wait_for_item();
    if (!frame) return;
    outlet->release(*frame);
  }
}

void LiveRun::wait_finished() {
  struct Joining {
    std::atomic<int>& count;
    const int main = channel::on_main_thread() ? 1 : 0;
    explicit Joining(std::atomic<int>& joining) : count{joining} { count.fetch_add(main, std::memory_order_relaxed); }
    ~Joining() { count.fetch_sub(main, std::memory_order_relaxed); }
  } joining{main_joins_};
  discard_unread();
  Patience patience{stop_ns};
  std::unique_lock lock{mutex_};
  while (!changed_.wait_for(lock, patience.look_every(), [this] { return finished_; })) {
    if (!patience.ends(was_stopped())) continue;
    lock.unlock();
    end_if_stuck({this});
    lock.lock();
  }
  lock.unlock();
  if (settle_xcuts) settle_xcuts(*this);
  if (watcher) watcher->settle(number_);
  if (flush_lines) flush_lines();
}

std::string LiveRun::stuck() const {
  if (!was_stopped()) return {};
  constexpr std::chrono::milliseconds patience{1000};
  const auto parts = answers->ask(number_, other_hosts, tell_host, patience);  // each host knows its own stages only
  std::vector<Phase> phases(nodes.size(), Phase::finished);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].host_number == 0) phases[i] = phase_of(i);
  }
  std::string text;
  for (const int host : other_hosts) {
    if (const auto part = parts.find(host); part != parts.end()) {
      for (const auto& [id, seen] : part->second.nodes) phases[id] = seen.doing();
    } else {
      const auto there = std::find_if(nodes.begin(), nodes.end(), [&](auto& node) { return node.host_number == host; });
      text += fmt::format("mpyx: no answer from host {}, which has stages of the pipeline\n", there->host);
    }
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (phases[i] == Phase::finished) continue;
    const NodeInfo& node = nodes[i];
    text += fmt::format("mpyx: stage '{}' (replica {} of {}, rank {} on {}) has not returned {} s after the stop\n",
                        node.name, node.replica + 1, node.replicas, node.rank, node.host,
                        static_cast<double>(stop_ns) / 1e9);
  }
  const std::lock_guard lock{mutex_};
  if (finished_ || text.empty()) return {};
  return (error_ && !error_taken_ ? std::string{error_->what()} + "\n" : std::string{}) + text;
}

void LiveRun::join() {
  wait_finished();
  std::optional<StageError> error;
  {
    const std::lock_guard lock{mutex_};
    error = error_;
    if (error) error_taken_ = true;
  }
  // Not under the lock: an exception that nobody catches stops here, and the terminate handler waits for other threads.
  if (error) throw StageError{*error};
}

Phase LiveRun::phase_of(std::size_t node) const {
  const auto& activity = block->node(static_cast<std::uint32_t>(node)).activity;
  return static_cast<Phase>(activity.phase.load(std::memory_order_acquire));
}

/// Or about to be: it does not wait for an item at its input.
bool LiveRun::in_user_code(std::size_t node) const {
  const Phase phase = phase_of(node);
  if (phase != Phase::starving) return phase != Phase::finished;
  const auto at = block->node(static_cast<std::uint32_t>(node)).activity.waits_at.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < block->channels; ++i) {
    if (block->inbox(i) == at) return false;
  }
  return true;  // it waits at a Queue, Event or Pipe
}

void LiveRun::watch(std::chrono::nanoseconds period) {
  if (watcher && !finished()) watcher->watch(number_, period.count());
}

void LiveRun::unwatch() {
  if (watcher) watcher->watch(number_, 0);
}

runtime::Snapshot LiveRun::snapshot(std::int64_t now) {
  constexpr std::chrono::milliseconds patience{1000};
  auto seen = runtime::take_snapshot(*domain_, *block, now);
  if (!other_hosts.empty()) {
    auto parts = answers->ask(number_, other_hosts, tell_host, patience);
    seen.complete = parts.size() == other_hosts.size();
    for (auto& [host, part] : parts) parts_.insert_or_assign(host, std::move(part));
    for (const auto& [host, part] : parts_) runtime::add_part(seen, part);
  }
  seen.nodes.push_back(runtime::read_activity(reader_, now));
  return seen;
}

MainState LiveRun::main_state() const {
  MainState main;
  main.reads = reader_.now_doing() == Phase::starving && main_reads_.load(std::memory_order_relaxed);
  main.joins = main_joins_.load(std::memory_order_relaxed) != 0;
  main.waits = channel::main_wait();
  main.others_run = channel::other_threads();
  return main;
}

void LiveRun::drain() { end(Ending::drain); }
void LiveRun::stop() { end(Ending::stop); }

void LiveRun::end(Ending ending) {
  block->end(ending);
  tell_hosts(runtime::EndRun{number_, static_cast<std::uint32_t>(ending)});
}

void LiveRun::tell_hosts(const runtime::HostCommand& command) const {
  for (const int host : other_hosts) tell_host(host, command);
}

void LiveRun::node_changed(const wire::NodeChanged& changed) {
  block->node(static_cast<std::uint32_t>(changed.node)).activity.phase.store(changed.phase, std::memory_order_release);
}
bool LiveRun::started() const { return true; }
bool LiveRun::stopped() const { return finished() || block->how() != Ending::none; }

bool LiveRun::ranks_finished() const {
  const std::lock_guard lock{mutex_};
  return finished_;
}

bool LiveRun::finished() const {
  return ranks_finished() && std::all_of(xcuts.begin(), xcuts.end(), [](const auto& xcut) {
           return !xcut->closed || !xcut->run || xcut->run->finished();
         });
}

detail::NodeState LiveRun::node_state(int node) const {
  const auto& state = block->node(static_cast<std::uint32_t>(node));
  const Phase phase = phase_of(static_cast<std::size_t>(node));
  const bool over = phase == Phase::finished || finished();
  const bool ending = over || phase == Phase::teardown || state.stopping.load(std::memory_order_acquire) != 0;
  return {over || phase != Phase::waiting_to_start, ending || block->how() != Ending::none, over};
}

void LiveRun::stop_node(int node) {
  tell_hosts(runtime::StopNode{number_, node});  // the one that has the node heeds it
  block->stop_node(node);
}

bool LiveRun::take_outlet() {
  const std::lock_guard lock{mutex_};
  return !std::exchange(outlet_taken_, true);
}

void LiveRun::leave() noexcept {
  try {
    if (!daemon_ || finished()) {
      if (std::uncaught_exceptions() > 0) stop();
      wait_finished();
    }
    left_.store(true);
    tell_unclaimed();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mpyx: %s\n", error.what());
  }
}

/// Once nobody is left to take it: of a daemon also later.
void LiveRun::tell_unclaimed() {
  if (!left_.load()) return;
  if (const auto error = take_error()) {
    note_unclaimed_error();
    std::fprintf(stderr, "%s\n", error->what());
  }
}

StageError LiveRun::error_of(const wire::StageFailed& failed) const {
  const NodeInfo& node = nodes[static_cast<std::size_t>(failed.node)];
  return StageError{
      {node.name, node.replica, node.replicas, failed.phase, failed.item, failed.message, failed.rank, node.host}};
}

void LiveRun::stage_failed(const wire::StageFailed& failed) { fail(error_of(failed)); }

void LiveRun::fail(const StageError& error) {
  std::function<void(const StageError&)> tell;
  {
    const std::lock_guard lock{mutex_};
    if (!error_) {
      error_.emplace(error);
      tell = on_failure_;
    }
  }
  if (tell) tell(error);
  stop();
  tell_unclaimed();
}

void LiveRun::on_failure(std::function<void(const StageError&)> call) {
  std::optional<StageError> error;
  {
    const std::lock_guard lock{mutex_};
    on_failure_ = call;
    error = error_;
  }
  if (error) call(*error);
}

std::optional<StageError> LiveRun::take_error() {
  const std::lock_guard lock{mutex_};
  if (error_taken_) return std::nullopt;
  error_taken_ = error_.has_value();
  return error_;
}

void LiveRun::ask_handler(const wire::StageFailed& failed) {
  auto verdict = Verdict::abort;
  const auto threw = [&](const char* what) {
    auto described = failed;
    described.message += std::string{" (and the error handler threw: "} + what + ")";
    stage_failed(described);
  };
  try {
    verdict = nodes[static_cast<std::size_t>(failed.node)].policy->handler(error_of(failed));
  } catch (const std::exception& error) {
    threw(error.what());
  } catch (...) {
    threw("an exception that is no std::exception");
  }
  const std::uint32_t word = 1 + static_cast<std::uint32_t>(verdict);
  tell_hosts(runtime::GiveVerdict{number_, failed.node, word});  // the one that has the node heeds it
  auto& node = block->node(static_cast<std::uint32_t>(failed.node));
  node.verdict.store(word, std::memory_order_release);
  memory::interrupt(node.cell);
}

bool LiveRun::rank_finished() {
  {
    const std::lock_guard lock{mutex_};
    if (--ranks_left != 0) return false;
    handles.end();
    finished_ = true;
  }
  changed_.notify_all();
  return true;
}

std::string LiveRun::busy_on(int rank) const {
  const std::string busy = stages_on(rank, [this](std::size_t node) { return in_user_code(node); });
  if (!busy.empty()) return busy;
  return stages_on(rank, [this](std::size_t node) { return phase_of(node) != Phase::finished; });
}

std::string LiveRun::stages_on(int rank, const std::function<bool(std::size_t)>& counts) const {
  std::string names;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].rank != rank || !counts(i)) continue;
    if (!names.empty()) names += ", ";
    names += nodes[i].name;
    if (nodes[i].replicas > 1) names += " (replica " + std::to_string(nodes[i].replica + 1) + ")";
  }
  return names;
}

}  // namespace mpyx::coordinator
