#include "coordinator/watch_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "coordinator/bottleneck.hpp"
#include "graph/names.hpp"

namespace mpyx::coordinator {

namespace {

//   "# " | name 20 | items/s 8 | busy 13 | starved 13 | blocked 13 | waiting 11       = 80
//   "# " | name 22 | items   8 | busy 13 | starved 13 | blocked 13 | longest  9       = 80
constexpr std::size_t columns = 80;
constexpr std::size_t name_columns = 20;
constexpr std::size_t summary_name_columns = 22;
constexpr std::size_t longest_word = 60;
constexpr std::string_view mark = "# ";

constexpr std::array<char, 7> thousands = {' ', 'k', 'M', 'G', 'T', 'P', 'E'};

/// Cut in the middle, so that both what it is called and how many there are can be read; padded.
std::string fitted(std::string_view name, std::size_t width) {
  const std::size_t wide = graph::columns(name);
  if (wide <= width) return std::string{name} + std::string(width - wide, ' ');
  const std::size_t tail = width / 3, head = width - 2 - tail;
  // By code points: where the n-th one begins.
  const auto begin_of = [&](std::size_t n) {
    std::size_t i = 0;
    for (; i < name.size(); ++i) {
      const bool begins = (static_cast<unsigned char>(name[i]) & 0xC0U) != 0x80U;
      if (begins && n-- == 0) break;
    }
    return i;
  };
  return std::string{name.substr(0, begin_of(head))} + ".." + std::string{name.substr(begin_of(wide - tail))};
}

std::string state_text(const StageUsage& stage) {
  const bool over = stage.state == StageUsage::State::finished;
  if (stage.kind == StageGroup::Kind::main) return over ? "finished" : "not reading";
  return over ? "finished" : "not started";
}

std::string shares_text(const StageUsage& stage) {
  if (stage.state != StageUsage::State::running) return fmt::format("{:>13}{:26}", state_text(stage), "");
  return fmt::format("{:>13}{:>13}{:>13}", spread_text(stage.busy, stage.replicas),
                     spread_text(stage.starved, stage.replicas), spread_text(stage.blocked, stage.replicas));
}

std::string waiting_text(const StageUsage& stage) {
  if (!stage.has_input) return {};
  return short_count(stage.waiting) + "/" + short_count(stage.capacity);
}

std::string line(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return std::string{mark} + text + "\n";
}

std::string with_bottleneck(std::string table, const std::vector<StageUsage>& stages) {
  const std::string text = bottleneck(stages);
  return text.empty() ? table : table + remark(text);
}

}  // namespace

std::string short_count(std::uint64_t count) {
  if (count < 10000) return fmt::format("{}", count);
  std::size_t unit = 0;
  std::uint64_t rest = count, tenth = 0;
  for (; rest >= 1000; ++unit) {
    tenth = rest % 1000 / 100;
    rest /= 1000;
  }
  return rest < 10 ? fmt::format("{}.{}{}", rest, tenth, thousands[unit]) : fmt::format("{}{}", rest, thousands[unit]);
}

std::string short_rate(double per_second) {
  if (!(per_second >= 0.005)) return "0";
  std::size_t unit = 0;
  // 999.5 would be written as 1000
  for (; per_second >= 999.5 && unit + 1 < thousands.size(); ++unit) per_second /= 1000;
  const int digits = per_second < 9.995 ? 2 : per_second < 99.95 ? 1 : 0;
  std::string text = fmt::format("{:.{}f}", per_second, digits);
  if (unit != 0) text += thousands[unit];
  return text;
}

std::string short_time(std::int64_t ns) {
  const std::int64_t ms = ns / 1'000'000, s = ms / 1000;
  if (ms <= 0) return "0";
  if (ms < 1000) return fmt::format("{}ms", ms);
  if (s < 100) return fmt::format("{}.{}s", s, ms % 1000 / 100);
  if (s < 6000) return fmt::format("{}m{:02}s", s / 60, s % 60);
  if (s < 360000) return fmt::format("{}h{:02}m", s / 3600, s / 60 % 60);
  return fmt::format("{}d", s / 86400);
}

std::string spread_text(const Spread& spread, int replicas) {
  if (replicas <= 1) return fmt::format("{}", spread.median);
  return fmt::format("{}/{}/{}", spread.min, spread.median, spread.max);
}

std::string watch_table(std::string_view title, const std::vector<StageUsage>& stages) {
  std::string table = line(fmt::format("{}{:>8}{:>13}{:>13}{:>13}{:>11}", fitted(title, name_columns), "items/s",
                                       "busy %", "starved %", "blocked %", "waiting"));
  for (const auto& stage : stages) {
    table += line(fitted(stage.label, name_columns) + fmt::format("{:>8}", short_rate(stage.rate)) +
                  shares_text(stage) + fmt::format("{:>11}", waiting_text(stage)));
  }
  return with_bottleneck(std::move(table), stages);
}

std::string summary_table(std::string_view title, const std::vector<StageUsage>& stages) {
  std::string table = remark(fmt::format("summary of {}", title));
  table += line(fmt::format("{}{:>8}{:>13}{:>13}{:>13}{:>9}", fitted("", summary_name_columns), "items", "busy %",
                            "starved %", "blocked %", "longest"));
  for (const auto& stage : stages) {
    const bool blocks = stage.kind != StageGroup::Kind::main;
    table += line(fitted(stage.label, summary_name_columns) + fmt::format("{:>8}", short_count(stage.items)) +
                  shares_text(stage) + fmt::format("{:>9}", blocks ? short_time(stage.longest_blocked_ns) : ""));
  }
  return with_bottleneck(std::move(table), stages);
}

std::string remark(std::string_view text) {
  std::string all, row{mark};
  std::size_t wide = mark.size();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    std::string word{text.substr(0, end)};
    if (graph::columns(word) > longest_word) word = fitted(word, longest_word);
    const std::size_t more = graph::columns(word) + (wide > mark.size() ? 1 : 0);
    if (wide > mark.size() && wide + more > columns) {
      all += row + "\n";
      row = std::string{mark} + "  ";
      wide = mark.size() + 2;
      row += word;
      wide += graph::columns(word);
    } else {
      if (wide > mark.size()) row += ' ';
      row += word;
      wide += more;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all + row + "\n";
}

}  // namespace mpyx::coordinator
