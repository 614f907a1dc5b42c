#include "coordinator/channel_ends.hpp"

#include <algorithm>

namespace mpyx::coordinator {

namespace {

/// What each of the hosts that send may have outstanding here.
transport::Credit::Limits share_of(const runtime::HostChannel& channel) {
  constexpr std::uint64_t least_bytes = std::uint64_t{128} << 10;  // two batches
  transport::Credit::Limits limits;
  const std::uint64_t hosts = channel.from.size();
  limits.small_bytes = std::max(limits.small_bytes / hosts, least_bytes);
  if (channel.capacity == 0) return limits;
  limits.items = limits.large_items = std::max<std::uint64_t>(channel.capacity / hosts, 1);
  limits.fixed = 1;
  return limits;
}

}  // namespace

void attach_ends(transport::Courier& courier, const runtime::HostPlan& plan, const runtime::HostRun& run) {
  for (const auto& gate : plan.gates) {
    const int home = gate.home == runtime::HostPlan::Gate::k_here ? courier.host() : gate.home;
    courier.attach_gate({plan.run, static_cast<std::uint32_t>(gate.number)}, run.gate(gate.number), home);
  }
  for (const auto& channel : plan.here) {
    const transport::ChannelKey key{plan.run, channel.id};
    const memory::Offset inbox = run.inbox(static_cast<int>(channel.id));
    auto lane = static_cast<std::uint32_t>(channel.producers.size());
    if (!channel.gates.empty() && !(channel.from.empty() && channel.to.empty())) {
      courier.attach_item_gates(key, inbox, lane + (channel.returns ? 1 : 0),
                                {channel.gates.begin(), channel.gates.end()});
    }
    if (channel.returns) courier.attach_returns(key, inbox, lane++);
    for (const auto& peer : channel.from) courier.attach_receiver(key, peer.host, inbox, lane++, share_of(channel));
    auto consumer = static_cast<std::uint32_t>(channel.consumers.size());
    for (const auto& peer : channel.to) courier.attach_sender(key, peer.host, inbox, consumer++, peer.replicas);
  }
}

}  // namespace mpyx::coordinator
