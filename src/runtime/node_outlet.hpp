#pragma once

#include <mpyx/detail/context.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "channel/gate.hpp"
#include "channel/out_port.hpp"

namespace mpyx::runtime {

class NodeContext;

/// Gates around the items of a node and the numbers of the item in hand, outermost first.
struct OrderTags {
  std::vector<channel::Gate*> gates;
  std::vector<std::uint64_t> tags;
};

/// One way out of a node: its outputs, or one xcut. Writes each item into every channel behind it.
class NodeOutlet final : public detail::Outlet {
 public:
  /// A complete frame in a block of its own.
  struct Held {
    memory::Offset block;
    std::vector<memory::Offset> attached;
    bool extended;
  };

  NodeOutlet(channel::Domain& domain, NodeContext& node, std::vector<channel::OutPort> ports, bool tagged,
             bool needs_all = false);
  NodeOutlet(const NodeOutlet&) = delete;
  NodeOutlet& operator=(const NodeOutlet&) = delete;
  ~NodeOutlet() override;

  std::span<std::byte> scratch() override { return scratch_; }
  void put(std::span<const std::byte> item, std::span<const std::uint64_t> blocks) override;
  std::span<std::byte> begin_large(std::size_t size, std::span<const std::uint64_t> blocks) override;
  void commit_large() override;

  /// There are channels, and nobody reads any of them; or one of them where all are needed.
  bool abandoned() const noexcept {
    if (only_port_ != nullptr) [[likely]]
      return only_port_->abandoned();
    for (const auto& port : ports_) {
      if (port.abandoned() == needs_all_) return needs_all_;
    }
    return !needs_all_ && !ports_.empty();
  }
  void close();

  /// What is put is kept back until commit_held(), or forgotten by drop_held(): no half results of a failed call.
  void hold(bool hold) { holding_ = hold; }
  void commit_held();
  void drop_held() noexcept;
  void swap_held(std::vector<Held>& other) noexcept { held_.swap(other); }

 private:
  void put_any(std::span<const std::byte> item, std::span<const std::uint64_t> blocks);
  bool make_room(channel::OutPort& port, bool begun);
  std::span<const std::uint64_t> tags() const;
  void publish_block(const Held& frame);
  void count(channel::OutPort& port, std::uint8_t flags, std::size_t length, std::uint64_t block_bytes,
             std::span<const memory::Offset> attached);
  void release(const Held& frame) noexcept;
  void drop_large() noexcept;
  void drop_unpublished() noexcept;

  channel::Domain* domain_;
  NodeContext* node_;
  std::vector<channel::OutPort> ports_;
  channel::OutPort* only_port_ = nullptr;  // when there is one, and items carry no tags
  bool tagged_;                            // its items stay inside the Seqs and Zips around
  bool needs_all_;
  std::size_t inline_limit_ = 65535;
  Held large_{memory::null_offset, {}, false};  // between begin_large() and commit_large()
  bool holding_ = false;
  std::vector<Held> held_;
  alignas(8) std::array<std::byte, 2048> scratch_;
};

}  // namespace mpyx::runtime
