#pragma once

#include <memory>
#include <string>
#include <vector>

#include "coordinator/live_run.hpp"
#include "coordinator/usage.hpp"
#include "coordinator/watcher.hpp"

namespace mpyx::coordinator {

/// What is printed about one run: takes snapshots of it and hands them to the functions that make numbers and text of them.
class RunWatch : public Watched {
 public:
  explicit RunWatch(std::shared_ptr<LiveRun> run);

  std::string table(std::int64_t now, std::int64_t period_ns) override;
  std::string summary(std::int64_t now) override;
  std::string stall(std::int64_t now, std::int64_t stall_ns, bool others_run) override;

 private:
  void note_movement(const runtime::Snapshot& snapshot, std::int64_t now);
  std::string long_calls(const runtime::Snapshot& snapshot, std::int64_t now, std::int64_t period_ns) const;
  const std::vector<StageGroup>& groups();

  std::shared_ptr<LiveRun> run_;
  std::vector<StageGroup> groups_;  // made when first needed
  std::int64_t started_;
  std::int64_t last_table_;
  runtime::Snapshot last_;
  std::vector<std::int64_t> moved_at_;  // by node: when its counts were last seen to have changed
  bool stall_told_ = false;
};

/// Lines about stages that work at one thing for a long time; `still_ns`: by node, since when its counts stand still.
std::string long_calls_text(const Graph& graph, const runtime::Snapshot& snapshot,
                            const std::vector<std::int64_t>& still_ns, std::int64_t longer_than_ns);

}  // namespace mpyx::coordinator
