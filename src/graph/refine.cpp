#include "graph/refine.hpp"

#include "graph/traffic.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace mpyx::graph {
namespace {

using Side = ChannelHosts::Side;

constexpr int k_passes = 4;
constexpr double k_worth = 1e-9;          // below it is rounding
constexpr std::size_t k_hosts = 8;        // other hosts to try for one node
constexpr std::size_t k_partners = 6;     // nodes there to swap with
constexpr std::size_t k_max_degree = 64;  // a partner with more channels is too dear to try over and over

class Refiner {
 public:
  Refiner(Assignment& assignment, const Graph& graph, const Structure& structure, const Demand& demand)
      : assignment_(assignment),
        graph_(graph),
        structure_(structure),
        demand_(demand),
        channels_(channel_hosts(graph, assignment.host_of_node)),
        movable_(demand.upper.size()),
        place_(graph.nodes().size(), 0),
        count_(demand.upper.size(), 0),
        turn_(demand.upper.size(), 0) {
    for (const Graph::Node& node : graph.nodes()) {
      if (demand.is_free(node)) ++count_[at(host_of(node.id))];
      if (can_swap(node.id)) join(node.id);
    }
  }

  void run() {
    for (int pass = 0; pass < k_passes; ++pass) {
      bool better = false;
      for (const int node : structure_.order) {
        if (assignment_.may_move[at(node)] != 0 && improve(node)) better = true;
      }
      if (!better) return;
    }
  }

 private:
  int host_of(int node) const { return assignment_.host_of_node[at(node)]; }

  const Graph::Node& node_at(int node) const { return graph_.nodes()[at(node)]; }

  bool can_swap(int node) const {
    return assignment_.may_move[at(node)] != 0 && !node_at(node).internal &&
           node_at(node).inputs.size() + node_at(node).outputs.size() <= k_max_degree;
  }

  void join(int node) {
    auto& there = movable_[at(host_of(node))];
    place_[at(node)] = there.size();
    there.push_back(node);
  }

  void leave(int node) {
    auto& there = movable_[at(host_of(node))];
    there[place_[at(node)]] = there.back();
    place_[at(there.back())] = place_[at(node)];
    there.pop_back();
  }

  // Calls act(channel id, side) for every connection of the node.
  template <class Act>
  void for_each_link(int node, Act act) const {
    for (const int id : node_at(node).inputs) act(at(id), Side::consumer);
    for (const int id : node_at(node).outputs) act(at(id), Side::producer);
  }

  double change_of(int node, int to) const {
    double sum = 0.0;
    for_each_link(node, [&](std::size_t id, Side side) {
      sum += structure_.channel_traffic[id] * channels_[id].change_of(host_of(node), to, side);
    });
    return sum;
  }

  void move(int node, int to) {
    for_each_link(node, [&](std::size_t id, Side side) {
      channels_[id].add(to, side);
      channels_[id].remove(host_of(node), side);
    });
    const bool swaps = can_swap(node);
    const int counts = node_at(node).internal ? 0 : 1;
    if (swaps) leave(node);
    count_[at(host_of(node))] -= counts;
    assignment_.host_of_node[at(node)] = to;
    count_[at(to)] += counts;
    if (swaps) join(node);
  }

  bool has_room(int node, int to) const {
    if (demand_.ranks[at(to)].empty()) return false;
    return node_at(node).internal ||
           (count_[at(to)] < assignment_.share[at(to)] && count_[at(host_of(node))] > demand_.lower[at(host_of(node))]);
  }

  // Only hosts that its channels reach already can be better.
  std::vector<int> other_hosts(int node) const {
    std::vector<int> out;
    for_each_link(node, [&](std::size_t id, Side) {
      for (std::size_t i = 0; i < std::min(channels_[id].hosts(), k_hosts) && out.size() < k_hosts; ++i) {
        const int host = channels_[id].host(i);
        if (host != host_of(node) && std::ranges::find(out, host) == out.end()) out.push_back(host);
      }
    });
    return out;
  }

  bool improve(int node) {
    int best = -1;
    double best_change = -k_worth;
    std::vector<int> wished;  // better but full
    for (const int host : other_hosts(node)) {
      const double change = change_of(node, host);
      if (change >= -k_worth) continue;
      if (!has_room(node, host)) {
        wished.push_back(host);
      } else if (change < best_change) {
        best = host;
        best_change = change;
      }
    }
    if (best >= 0) move(node, best);
    return best >= 0 || std::ranges::any_of(wished, [&](int host) { return swap_with_one_of(node, host); });
  }

  bool swap_with_one_of(int node, int host) {
    const auto& there = movable_[at(host)];
    if (!can_swap(node) || there.empty()) return false;
    const int home = host_of(node);
    for (std::size_t i = 0; i < std::min(there.size(), k_partners); ++i) {
      const int partner = there[turn_[at(host)]++ % there.size()];
      const double first = change_of(node, host);
      move(node, host);
      if (first + change_of(partner, home) < -k_worth) {
        move(partner, home);
        return true;
      }
      move(node, home);
    }
    return false;
  }

  Assignment& assignment_;
  const Graph& graph_;
  const Structure& structure_;
  const Demand& demand_;
  std::vector<ChannelHosts> channels_;
  std::vector<std::vector<int>> movable_;  // by host: nodes that may be swapped
  std::vector<std::size_t> place_;         // by node: its position there
  std::vector<int> count_;                 // by host: free nodes on it
  std::vector<std::size_t> turn_;          // by host: whom to try next, so that all get tried in the end
};

}  // namespace

void refine(Assignment& assignment, const Graph& graph, const Structure& structure, const Demand& demand) {
  Refiner(assignment, graph, structure, demand).run();
}

}  // namespace mpyx::graph
