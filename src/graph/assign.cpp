#include "graph/assign.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <span>
#include <utility>

namespace mpyx::graph {
namespace {

constexpr int k_none = -1;

// The free nodes of a replica, and the part it came from.
struct Unit {
  const Graph::Part* part;
  std::vector<int> nodes;
};

class Assigner {
 public:
  Assigner(const Graph& graph, const Structure& structure, const Demand& demand, std::vector<int> share)
      : graph_(graph), structure_(structure), demand_(demand), room_(share) {
    out_.host_of_node = demand.fixed_host;
    out_.share = std::move(share);
    out_.may_move.assign(graph.nodes().size(), 0);
  }

  void pack() {
    std::vector<int> all;
    std::ranges::copy_if(structure_.order, std::back_inserter(all), [&](int node) { return is_free(node); });
    for (const int node : all) out_.may_move[at(node)] = 1;
    fill(all);
  }

  void spread() {
    Content content = read(graph_.root());
    // Nodes outside the nesting, should they count, belong to no farm.
    std::vector<char> nested(graph_.nodes().size(), 0);
    mark(graph_.root(), nested);
    for (const int node : structure_.order) {
      if (nested[at(node)] == 0 && is_free(node)) content.spine.push_back(node);
    }
    for (const int node : content.spine) out_.may_move[at(node)] = 1;
    place(content);
  }

  Assignment result() && {
    place_internal();
    return std::move(out_);
  }

 private:
  // A part seen from outside: the stages outside all farms, and the farms.
  struct Content {
    std::vector<int> spine;
    std::vector<const Graph::Part*> farms;
  };

  bool is_free(int node) const { return demand_.is_free(graph_.nodes()[at(node)]); }

  static void mark(const Graph::Part& part, std::vector<char>& nested) {
    if (part.kind == Graph::Kind::stage) nested[at(part.node)] = 1;
    for (const Graph::Part& inner : part.parts) mark(inner, nested);
  }

  Content read(const Graph::Part& part) const {
    Content out;
    read(part, out);
    return out;
  }

  void read(const Graph::Part& part, Content& out) const {
    if (part.kind == Graph::Kind::stage) {
      if (is_free(part.node)) out.spine.push_back(part.node);
    } else if (part.kind == Graph::Kind::parallel && part.parts.size() > 1) {
      out.farms.push_back(&part);
    } else {
      for (const Graph::Part& inner : part.parts) read(inner, out);
    }
  }

  void place(const Content& content) {
    fill(content.spine);
    for (const Graph::Part* farm : content.farms) place_farm(*farm);
  }

  // Neighbours in `nodes` are neighbours in the graph: few cuts, and none where everything fits on one host.
  void fill(std::span<const int> nodes) {
    while (!nodes.empty()) {
      const int host = host_for(nodes.size());
      const std::size_t count = std::min(nodes.size(), static_cast<std::size_t>(room_[at(host)]));
      for (const int node : nodes.first(count)) put(node, host);
      nodes = nodes.subspan(count);
    }
  }

  // The coordinator's host takes what is whole or last, because it reads the last channel; else the first host that
  // takes all, else the roomiest.
  int host_for(std::size_t count) const {
    const auto takes_all = [&](int room) { return static_cast<std::size_t>(room) >= count; };
    if (takes_all(room_[0])) return 0;
    const auto all = std::find_if(room_.begin() + 1, room_.end(), takes_all);
    if (all != room_.end()) return static_cast<int>(all - room_.begin());
    const auto most = std::max_element(room_.begin() + 1, room_.end());
    return most == room_.end() || *most == 0 ? 0 : static_cast<int>(most - room_.begin());
  }

  void put(int node, int host) {
    out_.host_of_node[at(node)] = host;
    --room_[at(host)];
  }

  // A farm inside a farm takes from the same channel, so its replicas count as the outer farm's.
  void read_units(const Graph::Part& part, std::vector<Unit>& units) const {
    for (const Graph::Part& inner : part.parts) {
      if (inner.kind == Graph::Kind::parallel) {
        read_units(inner, units);
        continue;
      }
      Unit unit{&inner, {}};
      collect(inner, unit.nodes);
      if (!unit.nodes.empty()) units.push_back(std::move(unit));
    }
  }

  void collect(const Graph::Part& part, std::vector<int>& nodes) const {
    if (part.kind == Graph::Kind::stage && is_free(part.node)) nodes.push_back(part.node);
    for (const Graph::Part& inner : part.parts) collect(inner, nodes);
  }

  void place_farm(const Graph::Part& farm) {
    std::vector<Unit> units;
    read_units(farm, units);
    std::span<const Unit> rest = units;
    while (!rest.empty()) {
      const auto end =
          std::ranges::find_if(rest, [&](const Unit& unit) { return unit.nodes.size() != rest.front().nodes.size(); });
      const auto equal = static_cast<std::size_t>(end - rest.begin());
      place_units(rest.first(equal));
      rest = rest.subspan(equal);
    }
  }

  // Units of one size, in proportion to how many of them each host still takes. What fits nowhere as a whole is placed
  // after the others as its stages and the farms inside it.
  void place_units(std::span<const Unit> units) {
    const int size = static_cast<int>(units.front().nodes.size());
    std::vector<int> takes(room_.size());
    std::ranges::transform(room_, takes.begin(), [size](int room) { return room / size; });
    const auto all = std::accumulate(takes.begin(), takes.end(), std::size_t{0},
                                     [](std::size_t sum, int more) { return sum + static_cast<std::size_t>(more); });
    const std::size_t whole = std::min(all, units.size());
    const std::vector<int> counts = split(static_cast<int>(whole), takes, hosts_near(units.front()));
    std::size_t next = 0;
    for (std::size_t host = 0; host < counts.size(); ++host) {
      for (int i = 0; i < counts[host]; ++i) {
        for (const int node : units[next].nodes) put(node, static_cast<int>(host));
        ++next;
      }
    }
    for (; next < units.size(); ++next) place(read(*units[next].part));
  }

  // The hosts of some stages before and after the unit: a replica there costs no traffic.
  std::vector<int> hosts_near(const Unit& unit) const {
    std::vector<int> out;
    look(unit.nodes.front(), &Graph::Node::inputs, &Graph::Channel::producers, out, k_hops);
    look(unit.nodes.back(), &Graph::Node::outputs, &Graph::Channel::consumers, out, k_hops);
    return out;
  }

  void look(int node, std::vector<int> Graph::Node::*links, std::vector<int> Graph::Channel::*side,
            std::vector<int>& out, int hops) const {
    const auto& ids = graph_.nodes()[at(node)].*links;
    for (const int id : std::span(ids).first(std::min(ids.size(), k_some))) {
      const Graph::Channel& link = graph_.links()[at(id)];
      const auto& members = link.*side;
      if (link.outlet || link.inlet) out.push_back(0);
      for (const int member : std::span(members).first(std::min(members.size(), k_some))) {
        const int host = out_.host_of_node[at(member)];
        if (host != k_none) {
          out.push_back(host);
        } else if (hops > 0 && graph_.nodes()[at(member)].internal) {
          look(member, links, side, out, hops - 1);
        }
      }
    }
  }

  void place_internal() {
    for (const Graph::Node& node : graph_.nodes()) {
      if (!node.internal || out_.host_of_node[at(node.id)] != k_none) continue;
      out_.may_move[at(node.id)] = 1;
      std::vector<int> near;
      look(node.id, &Graph::Node::inputs, &Graph::Channel::producers, near, k_hops);
      look(node.id, &Graph::Node::outputs, &Graph::Channel::consumers, near, k_hops);
      near.push_back(first_with_ranks());
      std::erase_if(near, [&](int host) { return demand_.ranks[at(host)].empty(); });
      out_.host_of_node[at(node.id)] = near.front();
    }
  }

  int first_with_ranks() const {
    const auto found = std::ranges::find_if(demand_.ranks, [](const auto& ranks) { return !ranks.empty(); });
    return static_cast<int>(found - demand_.ranks.begin());
  }

  static constexpr std::size_t k_some = 8;  // neighbours to look at: a farm's channel may have thousands
  static constexpr int k_hops = 2;          // library nodes in a row to look through

  const Graph& graph_;
  const Structure& structure_;
  const Demand& demand_;
  Assignment out_;
  std::vector<int> room_;  // by host: free nodes it still takes
};

// The fewest hosts with room for everybody: those that hold bound nodes anyway, then the roomiest; the coordinator's
// host in place of the last one where that is enough.
std::vector<int> fewest_hosts(const Demand& demand, std::vector<int> share) {
  std::vector<char> bound(share.size(), 0);
  for (const int host : demand.fixed_host) {
    if (host != k_none) bound[at(host)] = 1;
  }
  std::vector<int> hosts(share.size());
  std::iota(hosts.begin(), hosts.end(), 0);
  std::ranges::sort(hosts, {}, [&](int host) { return std::pair(bound[at(host)] == 0, -share[at(host)]); });
  std::vector<int> out(share.size(), 0);
  int missing = demand.free;
  int last = k_none;
  for (const int host : hosts) {
    if (missing <= 0) break;
    missing -= share[at(host)];
    out[at(host)] = share[at(host)];
    if (bound[at(host)] == 0) last = host;
  }
  if (last != k_none && out[0] == 0 && missing + share[at(last)] <= share[0]) {
    out[at(last)] = 0;
    out[0] = share[0];
  }
  return out;
}

}  // namespace

Assignment assign(const Graph& graph, const Structure& structure, const Demand& demand, Policy policy) {
  std::vector<int> share = demand.shares(policy == Policy::spread);
  if (policy == Policy::pack) share = fewest_hosts(demand, std::move(share));
  Assigner assigner(graph, structure, demand, std::move(share));
  policy == Policy::pack ? assigner.pack() : assigner.spread();
  return std::move(assigner).result();
}

}  // namespace mpyx::graph
