#pragma once

#include <mpyx/graph.hpp>

#include <vector>

namespace mpyx::graph {

/// Which hosts take part in one channel, and what of its traffic stays within hosts, kept up to date while nodes move.
/// Each item goes from any producer to any consumer with equal chance; the coordinator is a member of outlet and inlet.
class ChannelHosts {
 public:
  enum class Side { producer, consumer };

  void add(int host, Side side) { change(host, side, +1); }
  void remove(int host, Side side) { change(host, side, -1); }

  /// What the channel costs: the share of its items that goes between hosts, plus a little for each further host.
  [[nodiscard]] double cost() const noexcept;

  /// What cost() would change by if one member moved; negative is better. O(log hosts).
  [[nodiscard]] double change_of(int from, int to, Side side) const noexcept;

  [[nodiscard]] std::size_t hosts() const noexcept { return uses_.size(); }

  /// The i-th host that takes part, ascending.
  [[nodiscard]] int host(std::size_t i) const noexcept { return uses_[i].host; }

  /// The share of its items that goes between hosts, 0 to 1.
  [[nodiscard]] double crossing() const noexcept;

 private:
  struct Use {
    int host = 0;
    int producers = 0, consumers = 0;
  };

  void change(int host, Side side, int by);
  [[nodiscard]] Use use(int host) const noexcept;
  [[nodiscard]] double pairs() const noexcept;

  std::vector<Use> uses_;  // ascending by host, each with a member
  double within_ = 0.0;    // pairs of a producer and a consumer on one host
  double producers_ = 0.0, consumers_ = 0.0;
};

/// One per channel. Nodes on host -1 are left out.
[[nodiscard]] std::vector<ChannelHosts> channel_hosts(const Graph& graph, const std::vector<int>& host_of_node);

}  // namespace mpyx::graph
