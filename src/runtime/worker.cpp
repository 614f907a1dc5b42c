#include "runtime/worker.hpp"

#include <mpyx/error.hpp>

#include <system_error>

#include "runtime/anchor.hpp"

namespace mpyx::runtime {

std::vector<wire::Event> refusal(const wire::Deploy& deploy, int rank, const std::string& why) {
  return {wire::StageFailed{deploy.run, deploy.nodes.front().id, "start", -1, why, rank, false},
          wire::RankFinished{deploy.run, rank}};
}

Worker::~Worker() {
  for (auto& [run, here] : runs_) {
    for (auto& thread : here->threads) thread.join();
  }
}

void Worker::deploy(const wire::Deploy& deploy) {
  reap();
  auto made = std::make_unique<RunHere>();
  RunHere& here = *made;
  here.running = deploy.nodes.size();
  here.nodes.reserve(deploy.nodes.size());
  here.threads.reserve(deploy.nodes.size());
  for (const auto& node : deploy.nodes)
    here.nodes.push_back(make_node(deploy, node));  // may throw: then nothing is left
  {
    const std::lock_guard lock{mutex_};
    runs_.emplace(deploy.run, std::move(made));
  }
  const std::size_t count = deploy.nodes.size();
  for (std::size_t i = 0; i < count; ++i) {
    NodeRunner* node = here.nodes[i].get();
    try {
      here.threads.emplace_back([this, run = deploy.run, &here, node] { run_node(run, here, *node); });
    } catch (const std::system_error& error) {
      node->give_up(std::string{"no thread for it: "} + error.what());
      node_ended(deploy.run, here);
    }
  }
  here.deployed.store(true, std::memory_order_release);
}

std::unique_ptr<NodeRunner> Worker::make_node(const wire::Deploy& deploy, const wire::DeployedNode& node) {
  auto& block = *domain_->at<RunBlock>(deploy.run_block);
  NodeRunner::Parts parts;
  parts.run = deploy.run;
  parts.type = find_stage_type({node.type_module, node.type_offset});
  parts.object = node.object;
  if (parts.type->load == nullptr) parts.stage = local_(deploy.run, node.id);
  if (node.input >= 0) {
    parts.input.emplace(*domain_, block.inbox(static_cast<std::uint32_t>(node.input)), node.consumer);
  }
  parts.role = static_cast<detail::OrderRole>(node.role);
  if (node.gate >= 0) parts.gate = gate_of(block, node.gate);
  parts.discards = node.discards;
  parts.policy = static_cast<detail::ErrorPolicy::Kind>(node.policy);
  parts.retries = node.retries;
  parts.pause_ns = node.pause_ns;
  parts.told = node.told;
  auto context = std::make_unique<NodeContext>(*domain_, block, place_of(block, node, parts), *lines_);
  std::vector<channel::OutPort> outputs;
  for (const auto& output : node.outputs) outputs.emplace_back(*domain_, block.inbox(output.channel), output.producer);
  std::vector<NodeContext::Xcut> xcuts;
  for (const auto& xcut : node.xcuts) {
    std::vector<channel::OutPort> port;
    port.emplace_back(*domain_, block.inbox(xcut.output.channel), xcut.output.producer);
    xcuts.push_back({xcut.name, xcut.type, std::make_unique<NodeOutlet>(*domain_, *context, std::move(port), false)});
  }
  context->connect(std::move(outputs), std::move(xcuts));
  return std::make_unique<NodeRunner>(std::move(parts), std::move(context), *events_, node.id);
}

channel::Gate* Worker::gate_of(RunBlock& block, std::int32_t number) const {
  return domain_->at<channel::Gate>(block.gate(static_cast<std::uint32_t>(number)));
}

NodeContext::Place Worker::place_of(RunBlock& block, const wire::DeployedNode& node,
                                    const NodeRunner::Parts& parts) const {
  NodeContext::Place place;
  place.node = static_cast<std::uint32_t>(node.id);
  place.source = !parts.input;
  place.identity = {node.name, host_, rank_, node.replica, node.replicas};
  place.needs_all = node.needs_all;
  for (const auto gate : node.gates) place.order_in.gates.push_back(gate_of(block, gate));
  place.order_out = place.order_in;
  if (parts.role == detail::OrderRole::entry) place.order_out.gates.push_back(parts.gate);
  if (parts.role == detail::OrderRole::exit) place.order_out.gates.pop_back();
  place.order_out.tags.resize(place.order_out.gates.size());
  return place;
}

void Worker::run_node(std::uint64_t run, RunHere& here, NodeRunner& node) {
  node();
  node_ended(run, here);
}

void Worker::node_ended(std::uint64_t run, RunHere& here) {
  if (here.running.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  // After this event the coordinator may free the run's shared memory: nothing here touches it any more.
  events_->send(wire::RankFinished{run, rank_});
  here.over.store(true, std::memory_order_release);
}

void Worker::reap() {
  const std::lock_guard lock{mutex_};
  for (auto run = runs_.begin(); run != runs_.end();) {
    if (run->second->deployed.load(std::memory_order_acquire) && run->second->over.load(std::memory_order_acquire)) {
      for (auto& thread : run->second->threads) thread.join();
      run = runs_.erase(run);
    } else {
      ++run;
    }
  }
}

}  // namespace mpyx::runtime
