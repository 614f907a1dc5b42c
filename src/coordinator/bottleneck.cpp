#include "coordinator/bottleneck.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mpyx::coordinator {

namespace {

using Kind = StageGroup::Kind;

constexpr double low = 0.5;       // a stage that works less than this holds up nobody
constexpr double same = 0.02;     // shares that differ by less are the same
constexpr double nearly = 0.05;   // of a replica: not worth one more
constexpr int most_advised = 32;  // replicas more

int percent(double share) { return static_cast<int>(std::lround(share * 100)); }
int replicas_for(double work) { return std::max(1, static_cast<int>(std::ceil(work - nearly))); }
bool may_be_more(const StageUsage& stage) { return stage.kind == Kind::stage; }

/// The busiest; of those that are as busy, the one with most before it.
const StageUsage* busiest(const std::vector<StageUsage>& stages, const StageUsage* but = nullptr) {
  const StageUsage* most = nullptr;
  for (const auto& stage : stages) {
    if (&stage == but || stage.load <= 0) continue;
    const bool more = most == nullptr || stage.load > most->load + same ||
                      (stage.load > most->load - same && stage.fill() > most->fill());
    if (more) most = &stage;
  }
  return most;
}

/// How much faster everything becomes when the advice is followed; 1 when there is none.
struct Advice {
  std::string text;
  double faster = 1;
};

Advice advice_for(const StageUsage& slow, const StageUsage* next) {
  if (slow.kind == Kind::main) return {"it takes what the last stages put no faster", 1};
  if (slow.kind == Kind::source) return {"it is the source, and the others wait for it", 1};
  if (slow.kind == Kind::internal) return {"what the library does there is not to be shared", 1};
  if (next == nullptr) return {"more of it would help", 1};
  if (next->load > slow.load - same) return {"so is " + next->name, 1};
  const int wanted = replicas_for(slow.load * slow.replicas / next->load);
  const int more = std::min(wanted - slow.replicas, most_advised);
  if (more <= 0) return {"so is " + next->name, 1};
  const double faster = (slow.replicas + more) / (slow.load * slow.replicas);
  if (wanted - slow.replicas > most_advised)
    return {fmt::format("with {} more it would still be the slowest", more), faster};
  return {fmt::format("{} more would match {}", more, next->name), std::min(faster, 1 / next->load)};
}

}  // namespace

std::string bottleneck(const std::vector<StageUsage>& stages) {
  const StageUsage* slow = busiest(stages);
  if (slow == nullptr) return {};
  if (slow->load < low)
    return fmt::format("no bottleneck: the busiest is {} with {}%", slow->name, percent(slow->load));
  const Advice advice = advice_for(*slow, busiest(stages, slow));
  std::string text = fmt::format("{} is {}% busy: {}", slow->name, percent(slow->load), advice.text);
  for (const auto& stage : stages) {
    if (&stage == slow || !may_be_more(stage) || stage.replicas < 2 || stage.load <= 0) continue;
    const int needed = replicas_for(stage.load * stage.replicas * advice.faster);
    if (needed < stage.replicas) text += fmt::format("; {} needs {} of its {}", stage.name, needed, stage.replicas);
  }
  return text;
}

}  // namespace mpyx::coordinator
