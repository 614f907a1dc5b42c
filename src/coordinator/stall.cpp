#include "coordinator/stall.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "coordinator/watch_text.hpp"

namespace mpyx::coordinator {

namespace {

constexpr std::size_t most_lines = 20;

bool contains(const std::vector<int>& all, int one) { return std::find(all.begin(), all.end(), one) != all.end(); }

/// The first of those it waits for that is stuck as well.
std::optional<int> next_of(const Wait& wait, const std::vector<int>& stuck) {
  const auto found = std::find_if(wait.on.begin(), wait.on.end(), [&](int each) { return contains(stuck, each); });
  if (found == wait.on.end()) return std::nullopt;
  return *found;
}

}  // namespace

std::vector<int> stuck(const std::vector<Wait>& waits, std::int64_t stall_ns) {
  std::vector<char> suspected(waits.size());
  for (std::size_t i = 0; i < waits.size(); ++i)
    suspected[i] = waits[i].state == Wait::State::waits && waits[i].for_ns >= stall_ns && !waits[i].on_outsiders;
  const auto can_help = [&](int each) {
    const auto i = static_cast<std::size_t>(each);
    return waits[i].state != Wait::State::finished && !suspected[i];
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < waits.size(); ++i) {
      if (!suspected[i] || std::none_of(waits[i].on.begin(), waits[i].on.end(), can_help)) continue;
      suspected[i] = 0;
      changed = true;
    }
  }
  std::vector<int> left;
  for (std::size_t i = 0; i < waits.size(); ++i) {
    if (suspected[i]) left.push_back(static_cast<int>(i));
  }
  return left;
}

std::vector<int> circle(const std::vector<Wait>& waits, const std::vector<int>& stuck) {
  std::vector<int> seen_before;
  for (const int start : stuck) {
    std::vector<int> path;
    for (std::optional<int> at = start; at && !contains(seen_before, *at);
         at = next_of(waits[static_cast<std::size_t>(*at)], stuck)) {
      if (const auto found = std::find(path.begin(), path.end(), *at); found != path.end()) return {found, path.end()};
      path.push_back(*at);
    }
    seen_before.insert(seen_before.end(), path.begin(), path.end());
  }
  return {};
}

std::string explain_stall(const std::vector<Wait>& waits, const std::vector<int>& stuck, std::int64_t stall_ns) {
  const std::vector<int> round = circle(waits, stuck);
  std::string text =
      fmt::format("mpyx: nothing has moved for {} among stages that wait for each other", short_time(stall_ns));
  text += round.empty() ? ":\n" : "; the circle is:\n";
  std::size_t lines = 0;
  const auto add = [&](int each, const char* word) {
    const Wait& wait = waits[static_cast<std::size_t>(each)];
    if (++lines <= most_lines) text += fmt::format("  {}{} waits for {}\n", word, wait.who, wait.what);
  };
  for (const int each : round) add(each, "");
  for (const int each : stuck) {
    if (!contains(round, each)) add(each, round.empty() ? "" : "so ");
  }
  if (lines > most_lines) text += fmt::format("  and {} more\n", lines - most_lines);
  return text +
         "  One of them has to go on without the others: more capacity(), or waits with a time limit; or stop().\n";
}

}  // namespace mpyx::coordinator
