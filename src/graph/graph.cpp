#include "graph/names.hpp"

#include <mpyx/graph.hpp>

#include <algorithm>
#include <ostream>
#include <string_view>
#include <utility>

namespace mpyx {
namespace {

using Kind = Graph::Kind;

struct Brackets {
  std::string_view open, close;
};

Brackets brackets(Kind kind) noexcept {
  switch (kind) {
    case Kind::parallel:
      return {"(", ")"};
    case Kind::broadcast:
      return {"{", "}"};
    case Kind::seq:
      return {"Seq(", ")"};
    case Kind::zip:
      return {"Zip(", ")"};
    case Kind::stage:
    case Kind::serial:
      break;
  }
  return {"[", "]"};
}

void append_text(std::string& out, const Graph& graph, const Graph::Part& part) {
  if (part.kind == Kind::stage) {
    out += graph::one_line(graph::stage_name(graph, part));
    return;
  }
  const Brackets around = brackets(part.kind);
  out += around.open;
  std::string_view separator;
  for (const Graph::Part& inner : part.parts) {
    if (!graph::visible(graph, inner)) continue;
    out += separator;
    append_text(out, graph, inner);
    separator = ", ";
  }
  out += around.close;
}

std::vector<int> members(const std::vector<Graph::Channel>& links, const std::vector<int>& ids,
                         std::vector<int> Graph::Channel::*side) {
  std::vector<int> out;
  for (const int id : ids) {
    const std::vector<int>& there = links.at(static_cast<std::size_t>(id)).*side;
    out.insert(out.end(), there.begin(), there.end());
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

}  // namespace

Graph::Graph(Part root, std::vector<Node> nodes, std::vector<Channel> links)
    : root_(std::move(root)), nodes_(std::move(nodes)), links_(std::move(links)) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) nodes_[i].id = static_cast<int>(i);
  for (std::size_t i = 0; i < links_.size(); ++i) links_[i].id = static_cast<int>(i);
}

std::vector<int> Graph::predecessors(int node) const {
  return members(links_, nodes_.at(static_cast<std::size_t>(node)).inputs, &Channel::producers);
}

std::vector<int> Graph::successors(int node) const {
  return members(links_, nodes_.at(static_cast<std::size_t>(node)).outputs, &Channel::consumers);
}

std::size_t Graph::stages() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(nodes_, [](const Node& node) { return !node.internal; }));
}

std::string Graph::text() const {
  std::string out;
  append_text(out, *this, graph::outermost(*this));
  return out;
}

std::ostream& operator<<(std::ostream& out, const Graph& graph) { return out << graph.text(); }

}  // namespace mpyx
