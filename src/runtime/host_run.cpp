#include "runtime/host_run.hpp"

#include <algorithm>
#include <new>

#include "channel/gate.hpp"

namespace mpyx::runtime {

namespace {
constexpr std::uint64_t gate_window = 1024;  // open inputs of a Seq or Zip
}

HostRun::HostRun(std::shared_ptr<channel::Domain> domain, const HostPlan& plan, memory::Offset courier)
    : domain_{std::move(domain)} {
  make_block(plan);
  try {
    for (const auto& channel : plan.here) make_inbox(channel, courier);
    for (const auto& gate : plan.gates) {
      block_->gate(static_cast<std::uint32_t>(gate.number)) =
          gate.home == HostPlan::Gate::k_here
              ? channel::Gate::create(*domain_, gate_window, cell(gate.entry), cell(gate.exit))
              : channel::Gate::create_branch(*domain_, gate_window, courier);
    }
  } catch (...) {
    free();
    throw;
  }
  for (const auto& rank : plan.ranks) stages_ += static_cast<std::int64_t>(rank.deploy.nodes.size());
  claim_cores(stages_);
}

HostRun::~HostRun() {
  claim_cores(-stages_);
  free();
}

void HostRun::claim_cores(std::int64_t stages) noexcept {
  domain_->segment.header().spare_cores.fetch_sub(stages, std::memory_order_relaxed);  // a hint for those who wait
}

void HostRun::make_block(const HostPlan& plan) {
  // from 4 KiB blocks are 64-aligned
  const std::size_t bytes = std::max<std::size_t>(RunBlock::bytes(plan.nodes, plan.channels, plan.gate_count), 4096);
  auto* memory = domain_->at<std::byte>(domain_->arena.allocate(bytes, memory::Owner{domain_->process, 0}));
  std::fill_n(memory, bytes, std::byte{0});
  static_assert(memory::null_offset == 0);
  block_ = new (memory) RunBlock{};
  block_->nodes = plan.nodes;
  block_->channels = plan.channels;
  block_->gates = plan.gate_count;
}

void HostRun::make_inbox(const HostChannel& channel, memory::Offset courier) {
  channel::Inbox::Shape shape;
  shape.lane = channel.shape;
  for (const auto producer : channel.producers) shape.producers.push_back(cell(producer));
  shape.producers.resize(shape.producers.size() + (channel.returns ? 1 : 0) + channel.from.size(), courier);
  for (const auto consumer : channel.consumers) shape.consumers.push_back(cell(consumer));
  shape.consumers.resize(shape.consumers.size() + channel.to.size(), courier);
  block_->inbox(channel.id) = channel::Inbox::create(*domain_, shape, memory::Owner{domain_->process, 0});
}

memory::Offset HostRun::cell(std::int32_t node) const {
  return domain_->segment.offset_of(
      node == HostChannel::k_reader ? &block_->outlet : &block_->node(static_cast<std::uint32_t>(node)).cell);
}

void HostRun::free() noexcept {
  for (std::uint32_t i = 0; i < block_->channels; ++i) {
    if (block_->inbox(i) != memory::null_offset) channel::Inbox::destroy(*domain_, block_->inbox(i));
  }
  for (std::uint32_t i = 0; i < block_->gates; ++i) {
    if (block_->gate(i) != memory::null_offset) domain_->arena.release(block_->gate(i));
  }
  domain_->arena.release(block_offset());
}

}  // namespace mpyx::runtime
