#include "graph/traffic.hpp"

#include "graph/placement.hpp"
#include "graph/structure.hpp"

#include <algorithm>
#include <cstddef>

namespace mpyx::graph {
namespace {

// A further host costs an inbox, credits and messages there, which is little against its items.
constexpr double k_further_host = 0.05;

}  // namespace

ChannelHosts::Use ChannelHosts::use(int host) const noexcept {
  const auto found = std::ranges::lower_bound(uses_, host, {}, &Use::host);
  return found != uses_.end() && found->host == host ? *found : Use{host, 0, 0};
}

double ChannelHosts::pairs() const noexcept { return producers_ * consumers_; }

double ChannelHosts::crossing() const noexcept { return pairs() > 0.0 ? 1.0 - within_ / pairs() : 0.0; }

double ChannelHosts::cost() const noexcept {
  return uses_.empty() ? 0.0 : crossing() + k_further_host * static_cast<double>(uses_.size() - 1);
}

double ChannelHosts::change_of(int from, int to, Side side) const noexcept {
  if (from == to) return 0.0;
  const Use here = use(from);
  const Use there = use(to);
  const int gained = side == Side::producer ? there.consumers - here.consumers : there.producers - here.producers;
  const int hosts_less = here.producers + here.consumers == 1 ? 1 : 0;
  const int hosts_more = there.producers + there.consumers == 0 ? 1 : 0;
  const double crossing = pairs() > 0.0 ? -gained / pairs() : 0.0;
  return crossing + k_further_host * (hosts_more - hosts_less);
}

void ChannelHosts::change(int host, Side side, int by) {
  auto found = std::ranges::lower_bound(uses_, host, {}, &Use::host);
  if (found == uses_.end() || found->host != host) found = uses_.insert(found, Use{host, 0, 0});
  if (side == Side::producer) {
    found->producers += by;
    producers_ += by;
    within_ += by * found->consumers;
  } else {
    found->consumers += by;
    consumers_ += by;
    within_ += by * found->producers;
  }
  if (found->producers + found->consumers == 0) uses_.erase(found);
}

std::vector<ChannelHosts> channel_hosts(const Graph& graph, const std::vector<int>& host_of_node) {
  using Side = ChannelHosts::Side;
  std::vector<ChannelHosts> out(graph.links().size());
  for (const Graph::Channel& link : graph.links()) {
    ChannelHosts& hosts = out[static_cast<std::size_t>(link.id)];
    const auto add = [&](const std::vector<int>& nodes, Side side) {
      for (const int node : nodes) {
        const int host = host_of_node[static_cast<std::size_t>(node)];
        if (host >= 0) hosts.add(host, side);
      }
    };
    if (link.inlet) hosts.add(0, Side::producer);
    if (link.outlet) hosts.add(0, Side::consumer);
    add(link.producers, Side::producer);
    add(link.consumers, Side::consumer);
  }
  return out;
}

double traffic_between_hosts(const Graph& graph, const Plan& plan) {
  const Structure structure = read_structure(graph);
  const std::vector<ChannelHosts> hosts = channel_hosts(graph, plan.host_of_node);
  double total = 0.0;
  for (std::size_t i = 0; i < hosts.size(); ++i) total += structure.channel_traffic[i] * hosts[i].crossing();
  return total;
}

std::size_t crossings(const Graph& graph, const Plan& plan) {
  std::size_t total = 0;
  for (const ChannelHosts& hosts : channel_hosts(graph, plan.host_of_node)) {
    if (hosts.hosts() > 1) total += hosts.hosts() - 1;
  }
  return total;
}

}  // namespace mpyx::graph
