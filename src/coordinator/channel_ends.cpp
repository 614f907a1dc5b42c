#include "coordinator/channel_ends.hpp"

namespace mpyx::coordinator {

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
    for (const auto& peer : channel.from) courier.attach_receiver(key, peer.host, inbox, lane++);
    auto consumer = static_cast<std::uint32_t>(channel.consumers.size());
    for (const auto& peer : channel.to) courier.attach_sender(key, peer.host, inbox, consumer++, peer.replicas);
  }
}

}  // namespace mpyx::coordinator
