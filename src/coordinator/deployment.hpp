#pragma once

#include <mpyx/detail/blueprint.hpp>
#include <mpyx/detail/run.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "coordinator/lane_plan.hpp"
#include "graph/placement.hpp"
#include "runtime/host_messages.hpp"

namespace mpyx::coordinator {

/// Cuts a placed graph into what each host has to know of it. Near-linear in nodes + members of channels.
class Deployment {
 public:
  /// The bytes with which the stage of node `id` travels.
  using Encode = std::function<std::string(int id)>;

  Deployment(const detail::Blueprint& blueprint, const graph::Plan& where, std::size_t hosts, const LanePlan& lanes)
      : blueprint_{&blueprint}, where_{&where}, hosts_{hosts}, lanes_{&lanes} {}

  /// By host; one that runs no node has no ranks.
  std::vector<runtime::HostPlan> plans(std::uint64_t run, const Encode& encode) const;

 private:
  void add_channel(std::vector<runtime::HostPlan>& plans, std::uint32_t id) const;
  void add_gates(std::vector<runtime::HostPlan>& plans) const;
  wire::DeployedNode describe(std::size_t node, const Encode& encode) const;
  bool on_one_host(int channel) const;  ///< one with consumers
  std::size_t host_of(int node) const {
    return static_cast<std::size_t>(where_->host_of_node[static_cast<std::size_t>(node)]);
  }

  const detail::Blueprint* blueprint_;
  const graph::Plan* where_;
  std::size_t hosts_;
  const LanePlan* lanes_;
};

/// The encoded stages, which nobody needs once they were passed on.
void forget_objects(runtime::HostPlan& plan);

}  // namespace mpyx::coordinator
