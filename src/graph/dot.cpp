#include "graph/names.hpp"
#include "graph/structure.hpp"

#include <mpyx/graph.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace mpyx {
namespace {

constexpr std::string_view k_coordinator = "coordinator";

// The inside of a double-quoted string of the DOT language, where a label's line ends with \n.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : graph::one_line(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string in_brief(const std::set<int>& ranks) {
  constexpr std::size_t most = 30;
  std::string text = graph::ranks_text(ranks);
  return text.size() <= most ? text : fmt::format("{} ranks from {}", ranks.size(), *ranks.begin());
}

// The replicas of a farm that run on one host.
struct Box {
  const Graph::Node* first;
  std::size_t count = 0;
  std::set<int> ranks;
};

class Dot {
 public:
  explicit Dot(const Graph& graph) : graph_(graph), box_of_(graph.nodes().size()) {
    make_boxes();
    draw_boxes();
    for (const Graph::Channel& link : graph.links()) draw(link);
    for (const std::string& line : edges_) out_ += line;
  }

  std::string text() const {
    return "digraph mpyx {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n"
           "  edge [fontname=\"sans-serif\", fontsize=10];\n" +
           out_ + "}\n";
  }

 private:
  void make_boxes() {
    const graph::Structure structure = graph::read_structure(graph_);
    std::map<std::tuple<int, std::string_view, std::string_view, std::vector<std::string>>, std::size_t> seen;
    for (const Graph::Node& node : graph_.nodes()) {
      const auto id = static_cast<std::size_t>(node.id);
      const auto [place, added] =
          seen.try_emplace({structure.role[id], node.name, node.host, node.notes}, boxes_.size());
      if (added) boxes_.push_back({&node, 0, {}});
      Box& box = boxes_[place->second];
      ++box.count;
      if (node.rank >= 0) box.ranks.insert(node.rank);
      box_of_[id] = place->second;
    }
  }

  void draw_boxes() {
    std::map<std::string_view, std::string> by_host;
    for (std::size_t i = 0; i < boxes_.size(); ++i) by_host[boxes_[i].first->host] += drawn(i);
    int cluster = 0;
    for (const auto& [host, boxes] : by_host) {
      if (host.empty()) {
        out_ += boxes;
      } else {
        out_ += fmt::format("  subgraph cluster_{} {{\n    label=\"{}\";\n{}  }}\n", cluster++, escaped(host), boxes);
      }
    }
  }

  std::string drawn(std::size_t i) const {
    const Box& box = boxes_[i];
    std::string label = escaped(box.first->name);
    if (box.count > 1) label += fmt::format(" x {}", box.count);
    if (!box.ranks.empty()) label += "\\n" + in_brief(box.ranks);
    for (const std::string& note : box.first->notes) label += "\\n" + escaped(note);
    const std::string_view look = box.first->internal ? ", shape=ellipse, style=dashed"
                                  : box.count > 1     ? ", peripheries=2"
                                                      : "";
    return fmt::format("    n{} [label=\"{}\"{}];\n", i, label, look);
  }

  std::set<std::string> ends(const std::vector<int>& nodes, bool coordinator) const {
    std::set<std::string> out;
    for (const int node : nodes) out.insert(fmt::format("n{}", box_of_[static_cast<std::size_t>(node)]));
    if (coordinator) out.emplace(k_coordinator);
    return out;
  }

  // A channel between several boxes on both sides gets a point of its own: m + n lines instead of m x n.
  void draw(const Graph::Channel& link) {
    const std::set<std::string> from = ends(link.producers, link.inlet);
    const std::set<std::string> to = ends(link.consumers, link.outlet);
    if ((link.inlet || link.outlet) && !has_coordinator_) {
      has_coordinator_ = true;
      out_ += fmt::format("  {} [shape=plaintext];\n", k_coordinator);
    }
    const std::string label = link.type.empty() ? "" : fmt::format(" [label=\"{}\"]", escaped(link.type));
    if (from.size() < 2 || to.size() < 2) {
      for (const std::string& a : from) {
        for (const std::string& b : to) edges_.insert(fmt::format("  {} -> {}{};\n", a, b, label));
      }
      return;
    }
    out_ += fmt::format("  c{} [shape=point];\n", link.id);
    for (const std::string& a : from) edges_.insert(fmt::format("  {} -> c{} [dir=none];\n", a, link.id));
    for (const std::string& b : to) edges_.insert(fmt::format("  c{} -> {}{};\n", link.id, b, label));
  }

  const Graph& graph_;
  std::vector<Box> boxes_;
  std::vector<std::size_t> box_of_;  // by node
  std::set<std::string> edges_;      // the channels inside the replicas of a farm look the same: drawn once
  std::string out_;
  bool has_coordinator_ = false;
};

}  // namespace

std::string Graph::dot() const { return Dot(*this).text(); }

}  // namespace mpyx
