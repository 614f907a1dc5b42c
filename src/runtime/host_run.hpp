#pragma once

#include <memory>

#include "channel/inbox.hpp"
#include "runtime/host_messages.hpp"
#include "runtime/run_block.hpp"

namespace mpyx::runtime {

/// A run's shared memory on one host: its block, and the inboxes and gates that have an end here. Made by the host's first
/// rank before any node starts there, destroyed after the last one has finished and the courier has let go of it.
class HostRun {
 public:
  /// `courier`: the cell at which the host's courier waits. Throws OutOfMemory.
  HostRun(std::shared_ptr<channel::Domain> domain, const HostPlan& plan, memory::Offset courier);
  HostRun(const HostRun&) = delete;
  HostRun& operator=(const HostRun&) = delete;
  ~HostRun();

  RunBlock& block() const { return *block_; }
  memory::Offset block_offset() const { return domain_->segment.offset_of(block_); }
  memory::Offset inbox(int channel) const { return block_->inbox(static_cast<std::uint32_t>(channel)); }
  memory::Offset gate(int number) const { return block_->gate(static_cast<std::uint32_t>(number)); }

 private:
  void make_block(const HostPlan& plan);
  void make_inbox(const HostChannel& channel, memory::Offset courier);
  memory::Offset cell(std::int32_t node) const;
  void claim_cores(std::int64_t stages) noexcept;
  void free() noexcept;

  std::shared_ptr<channel::Domain> domain_;
  RunBlock* block_ = nullptr;
  std::int64_t stages_ = 0;  // that run here
};

}  // namespace mpyx::runtime
