#include "coordinator/run_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/clock.hpp"
#include "coordinator/stall.hpp"
#include "coordinator/watch_text.hpp"

namespace mpyx::coordinator {

namespace {

using runtime::Phase;

double seconds(std::int64_t ns) { return static_cast<double>(ns) / 1e9; }

std::string call_text(const runtime::NodeSnapshot& node, std::int64_t ns) {
  switch (node.doing()) {
    case Phase::process:
      return fmt::format("has been busy with its item {} for {}", std::max<std::uint64_t>(node.items_in, 1) - 1,
                         short_time(ns));
    case Phase::setup:
      return fmt::format("has been busy in setup() for {}, and put nothing", short_time(ns));
    case Phase::teardown:
      return fmt::format("has been busy in teardown() for {}", short_time(ns));
    default:
      return {};
  }
}

}  // namespace

RunWatch::RunWatch(std::shared_ptr<LiveRun> run)
    : run_{std::move(run)}, started_{now_ns()}, last_table_{started_}, moved_at_(run_->nodes.size(), started_) {}

const std::vector<StageGroup>& RunWatch::groups() {
  if (groups_.empty()) groups_ = stage_groups(run_->wait_map.graph);
  return groups_;
}

void RunWatch::note_movement(const runtime::Snapshot& snapshot, std::int64_t now) {
  for (std::size_t i = 0; i < moved_at_.size(); ++i) {
    const auto was = i < last_.nodes.size() ? last_.nodes[i] : runtime::NodeSnapshot{};
    const auto& is = snapshot.nodes[i];
    if (was.items_in != is.items_in || was.items_out != is.items_out) moved_at_[i] = now;
  }
}

std::string RunWatch::long_calls(const runtime::Snapshot& snapshot, std::int64_t now, std::int64_t period_ns) const {
  std::vector<std::int64_t> still(moved_at_.size());
  std::transform(moved_at_.begin(), moved_at_.end(), still.begin(), [now](std::int64_t at) { return now - at; });
  return long_calls_text(run_->wait_map.graph, snapshot, still, 3 * period_ns);
}

std::string RunWatch::table(std::int64_t now, std::int64_t period_ns) {
  runtime::Snapshot snapshot = run_->snapshot(now);
  note_movement(snapshot, now);
  const auto usage = usage_between(groups(), last_, snapshot, seconds(now - last_table_));
  const std::string title = fmt::format("pipeline {}, {}", run_->number(), short_time(now - started_));
  std::string text = watch_table(title, usage) + long_calls(snapshot, now, period_ns);
  last_ = std::move(snapshot);
  last_table_ = now;
  return text;
}

std::string RunWatch::summary(std::int64_t now) {
  const auto usage = usage_between(groups(), {}, run_->snapshot(now), seconds(now - started_));
  const char* how = run_->block->how() == runtime::Ending::stop ? ", stopped" : "";
  return summary_table(fmt::format("pipeline {} after {}{}", run_->number(), short_time(now - started_), how), usage);
}

std::string RunWatch::stall(std::int64_t now, std::int64_t stall_ns, bool others_run) {
  if (run_->block->how() != runtime::Ending::none) return {};
  MainState main = run_->main_state();
  main.others_run |= others_run;
  const auto snapshot = run_->snapshot(now);
  if (!snapshot.complete) return {};
  const auto waits = waits_of(run_->wait_map, snapshot, main);
  auto all = stuck(waits, stall_ns);
  if (!all.empty()) all = stuck(waits, stall_ns / 2);  // told once, so with those who came to it a little later
  if (std::exchange(stall_told_, !all.empty()) || all.empty()) return {};
  return explain_stall(waits, all, stall_ns);
}

std::string long_calls_text(const Graph& graph, const runtime::Snapshot& snapshot,
                            const std::vector<std::int64_t>& still_ns, std::int64_t longer_than_ns) {
  constexpr std::size_t most = 3;
  std::vector<std::pair<std::int64_t, int>> calls;
  for (std::size_t i = 0; i < still_ns.size(); ++i) {
    const auto& node = snapshot.nodes[i];
    const std::int64_t ns = std::min(node.phase_ns, still_ns[i]);
    if (ns >= longer_than_ns && !call_text(node, ns).empty()) calls.emplace_back(ns, static_cast<int>(i));
  }
  std::stable_sort(calls.begin(), calls.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text;
  for (std::size_t i = 0; i < std::min(calls.size(), most); ++i) {
    const auto [ns, id] = calls[i];
    text += remark(node_text(graph, id) + " " + call_text(snapshot.nodes[static_cast<std::size_t>(id)], ns));
  }
  if (calls.size() > most) text += remark(fmt::format("and {} more", calls.size() - most));
  return text;
}

}  // namespace mpyx::coordinator
