#include "coordinator/deployment.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "process/module.hpp"

namespace mpyx::coordinator {

using runtime::HostChannel;
using runtime::HostPlan;

namespace {

using ByHost = std::map<std::size_t, std::vector<std::int32_t>>;

std::vector<HostChannel::Peer> others(const ByHost& members, std::size_t host) {
  std::vector<HostChannel::Peer> peers;
  for (const auto& [other, nodes] : members) {
    if (other != host) peers.push_back({static_cast<std::int32_t>(other), static_cast<std::uint32_t>(nodes.size())});
  }
  return peers;
}

std::vector<std::int32_t> at(const ByHost& members, std::size_t host) {
  const auto found = members.find(host);
  return found == members.end() ? std::vector<std::int32_t>{} : found->second;
}

void describe_policy(wire::DeployedNode& deployed, const detail::ErrorPolicy* policy) {
  if (policy == nullptr) return;
  deployed.policy = static_cast<std::uint8_t>(policy->kind);
  deployed.retries = policy->retries;
  deployed.pause_ns = policy->pause.count();
}

}  // namespace

void forget_objects(HostPlan& plan) {
  for (auto& rank : plan.ranks) {
    for (auto& node : rank.deploy.nodes) node.object = {};
  }
}

std::vector<HostPlan> Deployment::plans(std::uint64_t run, const Encode& encode) const {
  std::vector<HostPlan> plans(hosts_);
  for (auto& plan : plans) {
    plan.run = run;
    plan.nodes = static_cast<std::uint32_t>(blueprint_->nodes.size());
    plan.channels = static_cast<std::uint32_t>(blueprint_->channels.size());
    plan.gate_count = static_cast<std::uint32_t>(blueprint_->gate_count);
  }
  for (std::uint32_t id = 0; id < blueprint_->channels.size(); ++id) add_channel(plans, id);
  add_gates(plans);

  // Numbers given out so far, by channel and host: in the order of the nodes, as in the channels' lists.
  std::map<std::pair<int, std::size_t>, std::uint32_t> producers, consumers;
  std::vector<std::map<int, wire::Deploy>> deploys(hosts_);
  for (std::size_t i = 0; i < blueprint_->nodes.size(); ++i) {
    const auto& node = blueprint_->nodes[i];
    const std::size_t host = host_of(static_cast<int>(i));
    wire::DeployedNode deployed = describe(i, encode);
    if (node.input >= 0) deployed.consumer = consumers[{node.input, host}]++;
    for (const int output : node.outputs) {
      deployed.outputs.push_back({static_cast<std::uint32_t>(output), producers[{output, host}]++});
    }
    for (const auto& xcut : node.xcuts) {
      const auto& channel = blueprint_->channels[static_cast<std::size_t>(xcut.channel)];
      const std::uint32_t producer = producers[{xcut.channel, host}]++;
      deployed.xcuts.push_back({xcut.name, channel.type->name(), {static_cast<std::uint32_t>(xcut.channel), producer}});
    }
    auto& deploy = deploys[host][where_->rank_of_node[i]];
    deploy.run = run;
    deploy.nodes.push_back(std::move(deployed));
  }
  for (std::size_t host = 0; host < hosts_; ++host) {
    for (auto& [rank, deploy] : deploys[host]) plans[host].ranks.push_back({rank, std::move(deploy)});
  }
  return plans;
}

void Deployment::add_channel(std::vector<HostPlan>& plans, std::uint32_t id) const {
  const auto& channel = blueprint_->channels[id];
  ByHost producers, consumers;
  for (const int node : channel.producers) producers[host_of(node)].push_back(node);
  for (const int node : channel.consumers) consumers[host_of(node)].push_back(node);
  if (static_cast<int>(id) == blueprint_->outlet) consumers[0].push_back(HostChannel::k_reader);
  ByHost members = producers;
  members.insert(consumers.begin(), consumers.end());
  for (const auto& [host, ignored] : members) {
    HostChannel here;
    here.id = id;
    here.producers = at(producers, host);
    here.consumers = at(consumers, host);
    if (!here.consumers.empty()) here.from = others(producers, host);
    if (!here.producers.empty()) here.to = others(consumers, host);
    here.capacity = lanes_->capacity_items();
    here.returns = !here.to.empty() && consumers.size() > 1;
    if (!channel.consumers.empty())
      here.gates = blueprint_->nodes[static_cast<std::size_t>(channel.consumers[0])].gates;
    here.shape = lanes_->shape(channel.item_size, here.producers.size() + here.from.size(),
                               here.consumers.size() + here.to.size());
    plans[host].here.push_back(std::move(here));
  }
}

void Deployment::add_gates(std::vector<HostPlan>& plans) const {
  std::map<int, HostPlan::Gate> gates;
  for (std::size_t i = 0; i < blueprint_->nodes.size(); ++i) {
    const auto& node = blueprint_->nodes[i];
    if (node.gate < 0) continue;
    auto& gate = gates[node.gate];
    gate.number = node.gate;
    if (node.role == detail::OrderRole::entry) gate.entry = static_cast<std::int32_t>(i);
    if (node.role == detail::OrderRole::exit) gate.exit = static_cast<std::int32_t>(i);
  }
  std::set<std::pair<std::size_t, int>> branches;
  for (auto& [number, gate] : gates) {
    plans[host_of(gate.exit)].gates.push_back(gate);
    gate.home = static_cast<std::int32_t>(host_of(gate.exit));
  }
  for (std::size_t i = 0; i < blueprint_->nodes.size(); ++i) {
    const std::size_t host = host_of(static_cast<int>(i));
    for (const int number : blueprint_->nodes[i].gates) {
      const auto& gate = gates.at(number);
      if (host_of(gate.exit) != host && branches.emplace(host, number).second) plans[host].gates.push_back(gate);
    }
  }
}

bool Deployment::on_one_host(int channel) const {
  const auto& ends = blueprint_->channels[static_cast<std::size_t>(channel)];
  const auto there = [&](int node) { return host_of(node) == host_of(ends.consumers.front()); };
  return std::all_of(ends.producers.begin(), ends.producers.end(), there) &&
         std::all_of(ends.consumers.begin(), ends.consumers.end(), there);
}

wire::DeployedNode Deployment::describe(std::size_t number, const Encode& encode) const {
  const auto& node = blueprint_->nodes[number];
  const process::CodeAddress type = process::locate(node.type);
  wire::DeployedNode deployed;
  deployed.id = static_cast<std::int32_t>(number);
  deployed.name = node.name;
  deployed.type_module = type.module;
  deployed.type_offset = type.offset;
  deployed.object = encode(deployed.id);
  deployed.replica = node.replica;
  deployed.replicas = node.replicas;
  deployed.input = node.input;
  deployed.role = static_cast<std::uint8_t>(node.role);
  deployed.gates.assign(node.gates.begin(), node.gates.end());
  deployed.gate = node.gate;
  deployed.needs_all = node.needs_all;
  deployed.discards = !node.gates.empty() && node.input >= 0 && on_one_host(node.input);
  deployed.told = !node.handles.empty() && host_of(deployed.id) != 0;
  describe_policy(deployed, node.policy.get());
  return deployed;
}

}  // namespace mpyx::coordinator
