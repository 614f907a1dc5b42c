#include "graph/names.hpp"

#include <mpyx/graph.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mpyx {
namespace {

using Kind = Graph::Kind;
using Part = Graph::Part;
using Parts = std::vector<const Part*>;  // parts of one shape, shown as one

constexpr std::size_t k_columns = 100;
constexpr std::size_t k_most_left = 56;  // a longer name pushes only its own line to the right

std::string count_of(std::size_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

struct Line {
  std::string left;   // tree and name
  std::string below;  // the tree as it goes on under this line
  std::string where;  // all of it
  std::string brief;  // the same in few words
  std::string notes;
};

class Layout {
 public:
  explicit Layout(const Graph& graph) : graph_(graph) {
    const Part& root = graph::outermost(graph);
    if (root.kind == Kind::serial) {
      children(one_by_one({&root}), "");
    } else {
      children({{&root}}, "");
    }
  }

  std::string text() const {
    std::size_t width = 0;
    for (const Line& line : lines_) {
      const std::size_t left = graph::columns(line.left);
      if (!line.where.empty() && left <= k_most_left) width = std::max(width, left);
    }
    std::string out = header();
    for (const Line& line : lines_) append(out, line, width);
    return out;
  }

 private:
  const Graph::Node& node_of(const Part& part) const { return graph_.nodes()[static_cast<std::size_t>(part.node)]; }

  std::string header() const {
    std::set<int> ranks;
    std::set<std::string_view> hosts;
    for (const Graph::Node& node : graph_.nodes()) {
      if (node.rank < 0 || node.internal) continue;
      ranks.insert(node.rank);
      hosts.insert(node.host);
    }
    std::string out = count_of(graph_.stages(), "stage") + ", " + count_of(graph_.channels(), "channel");
    if (!ranks.empty()) out += ", " + count_of(ranks.size(), "rank") + " on " + count_of(hosts.size(), "host");
    return out + "\n";
  }

  static void append(std::string& out, const Line& line, std::size_t width) {
    std::string text = line.left;
    const auto fits = [&](std::size_t more) { return graph::columns(text) + more <= k_columns; };
    if (!line.where.empty()) {
      text.append(std::max(width, graph::columns(text)) - graph::columns(text) + 2, ' ');
      text += fits(graph::columns(line.where)) ? line.where : line.brief;
    }
    if (!line.notes.empty() && fits(graph::columns(line.notes) + 2)) {
      text += "  " + line.notes;
    } else if (!line.notes.empty()) {
      text += "\n" + line.below + "  " + line.notes;
    }
    out += text + "\n";
  }

  // Two parts of one shape differ only in where they run.
  std::string shape(const Part& part) const {
    if (part.kind == Kind::stage) {
      return fmt::format("<{}|{}>", graph::stage_name(graph_, part), fmt::join(node_of(part).notes, "|"));
    }
    std::string out{graph::word(part.kind)};
    out += '(';
    for (const Part& inner : part.parts) out += shape(inner);
    return out + ')';
  }

  // The i-th visible part of each: the whole of `group` has as many.
  std::vector<Parts> one_by_one(const Parts& group) const {
    std::vector<Parts> out;
    for (const Part* part : group) {
      std::size_t i = 0;
      for (const Part& inner : part->parts) {
        if (!graph::visible(graph_, inner)) continue;
        if (i == out.size()) out.emplace_back();
        out[i++].push_back(&inner);
      }
    }
    return out;
  }

  // Neighbours of one shape together, where order does not matter.
  std::vector<Parts> folded(const Parts& group) const {
    std::vector<Parts> out;
    std::string before;
    for (Parts& column : one_by_one(group)) {
      std::string now = shape(*column.front());
      if (out.empty() || now != before) {
        out.push_back(std::move(column));
      } else {
        out.back().insert(out.back().end(), column.begin(), column.end());
      }
      before = std::move(now);
    }
    return out;
  }

  void children(const std::vector<Parts>& groups, const std::string& stem) {
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const bool last = i + 1 == groups.size();
      show(groups[i], stem + (last ? "└─ " : "├─ "), stem + (last ? "   " : "│  "));
    }
  }

  void show(const Parts& group, const std::string& stem, const std::string& below) {
    const Part& first = *group.front();
    const std::string times = group.size() > 1 ? fmt::format(" x {}", group.size()) : std::string();
    if (first.kind == Kind::stage) return show_stages(group, stem, below, times);
    const bool shared = first.kind == Kind::parallel || first.kind == Kind::broadcast;
    const std::vector<Parts> inner = shared ? folded(group) : one_by_one(group);
    if (first.kind == Kind::parallel && inner.size() == 1) return show(inner.front(), stem, below);
    const std::string_view empty = inner.empty() ? " (empty)" : "";
    lines_.push_back({fmt::format("{}{}{}{}", stem, graph::word(first.kind), times, empty), below, {}, {}, {}});
    children(inner, below);
  }

  void show_stages(const Parts& group, const std::string& stem, const std::string& below, const std::string& times) {
    const Graph::Node& node = node_of(*group.front());
    Line line{stem + graph::one_line(graph::stage_name(graph_, *group.front())) + times, below, {}, {}, {}};
    if (group.size() == 1 && node.replicas > 1) line.left += fmt::format(" {}/{}", node.replica + 1, node.replicas);
    set_where(line, group);
    if (!node.notes.empty()) line.notes = graph::one_line(fmt::format("[{}]", fmt::join(node.notes, ", ")));
    lines_.push_back(std::move(line));
  }

  void set_where(Line& line, const Parts& group) const {
    std::map<std::string_view, std::set<int>> by_host;
    std::set<int> all;
    for (const Part* part : group) {
      const Graph::Node& node = node_of(*part);
      if (node.rank < 0) continue;
      by_host[node.host].insert(node.rank);
      all.insert(node.rank);
    }
    if (all.empty()) {
      line.where = line.brief = wish_of(group);
      return;
    }
    std::map<int, std::string> sorted;  // by the host's first rank here
    for (const auto& [host, ranks] : by_host) {
      sorted[*ranks.begin()] += graph::ranks_text(ranks) + " @ " + graph::one_line(host);
    }
    for (const auto& [rank, text] : sorted) line.where += (line.where.empty() ? "" : "; ") + text;
    line.brief = by_host.size() == 1 ? count_of(all.size(), "rank") + " @ " + graph::one_line(by_host.begin()->first)
                                     : count_of(all.size(), "rank") + " on " + count_of(by_host.size(), "host");
  }

  // Before the placement: what was asked for.
  std::string wish_of(const Parts& group) const {
    std::set<std::string> wishes;
    for (const Part* part : group) {
      const Graph::Node& node = node_of(*part);
      if (!node.pin_host.empty()) {
        wishes.insert("on " + graph::one_line(node.pin_host));
      } else if (node.pin_host_index >= 0) {
        wishes.insert(fmt::format("on host {}", node.pin_host_index));
      } else if (node.on_coordinator) {
        wishes.insert("on the coordinator");
      }
    }
    if (wishes.size() > 1) return "on several hosts";
    return wishes.empty() ? std::string() : *wishes.begin();
  }

  const Graph& graph_;
  std::vector<Line> lines_;
};

}  // namespace

std::string Graph::layout() const { return Layout(*this).text(); }

}  // namespace mpyx
