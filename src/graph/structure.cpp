#include "graph/structure.hpp"

#include "graph/names.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace mpyx::graph {
namespace {

class Walk {
 public:
  explicit Walk(const Graph& graph) : graph_(graph), traffic_(graph.nodes().size(), -1.0) {
    out_.role.assign(graph.nodes().size(), -1);
    visit(graph.root(), next_role_++, 1.0);
    for (const Graph::Node& node : graph.nodes()) {
      if (out_.role[static_cast<std::size_t>(node.id)] < 0) leave(node.id, next_role_++, -1.0);
    }
    for (const Graph::Channel& link : graph.links()) out_.channel_traffic.push_back(traffic_of(link));
  }

  Structure result() && { return std::move(out_); }

 private:
  void leave(int node, int role, double traffic) {
    out_.order.push_back(node);
    out_.role[static_cast<std::size_t>(node)] = role;
    traffic_[static_cast<std::size_t>(node)] = traffic;
  }

  void visit(const Graph::Part& part, int role, double traffic) {
    if (part.kind == Graph::Kind::stage) return leave(part.node, role, traffic);
    const bool shared = part.kind == Graph::Kind::parallel && !part.parts.empty();
    const double each = shared ? traffic / static_cast<double>(part.parts.size()) : traffic;
    for (std::size_t i = 0; i < part.parts.size(); ++i) {
      const Graph::Part& inner = part.parts[i];
      visit(inner, role_of(role, shared ? shape(inner) : std::to_string(i)), each);
    }
  }

  // Replicas are told from other branches of a P(...) by what they look like from outside.
  std::string shape(const Graph::Part& part) const {
    if (part.kind == Graph::Kind::stage) return "=" + stage_name(graph_, part);
    return std::string(word(part.kind)) + std::to_string(part.parts.size());
  }

  int role_of(int parent, std::string key) {
    const auto [place, added] = roles_.try_emplace({parent, std::move(key)}, next_role_);
    if (added) ++next_role_;
    return place->second;
  }

  double sum(const std::vector<int>& nodes) const {
    double total = 0.0;
    for (const int node : nodes) {
      const double traffic = traffic_[static_cast<std::size_t>(node)];
      if (traffic > 0.0) total += traffic;
    }
    return total;
  }

  // Nodes that the library added have no place in the nesting: then the other end of the channel tells.
  double traffic_of(const Graph::Channel& link) const {
    const double put = sum(link.producers);
    if (put > 0.0) return put;
    const double taken = sum(link.consumers);
    return taken > 0.0 ? taken : 1.0;
  }

  const Graph& graph_;
  Structure out_;
  std::vector<double> traffic_;
  std::map<std::pair<int, std::string>, int> roles_;
  int next_role_ = 0;
};

}  // namespace

Structure read_structure(const Graph& graph) { return Walk(graph).result(); }

}  // namespace mpyx::graph
