#include "runtime/node_outlet.hpp"

#include <mpyx/error.hpp>
#include <mpyx/meta.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/node_context.hpp"
#include "wire/frame.hpp"

namespace mpyx::runtime {

NodeOutlet::NodeOutlet(channel::Domain& domain, NodeContext& node, std::vector<channel::OutPort> ports, bool tagged,
                       bool needs_all)
    : domain_{&domain}, node_{&node}, ports_{std::move(ports)}, tagged_{tagged}, needs_all_{needs_all} {
  for (const auto& port : ports_) inline_limit_ = std::min(inline_limit_, port.slot_size());
  if (ports_.size() == 1 && !tagged_) only_port_ = &ports_.front();
}

NodeOutlet::~NodeOutlet() { drop_unpublished(); }

void NodeOutlet::close() {
  drop_unpublished();  // now: the object lives on until its rank tidies up after the run
  for (auto& port : ports_) port.close();
}

std::span<const std::uint64_t> NodeOutlet::tags() const {
  return tagged_ ? std::span<const std::uint64_t>{node_->order_out().tags} : std::span<const std::uint64_t>{};
}

/// `begun`: other channels have the item already, so that it goes into this one as well as long as anybody takes items: a
/// source that drains ends behind it.
bool NodeOutlet::make_room(channel::OutPort& port, bool begun) {
  if (port.has_room()) [[likely]]
    return !port.abandoned();
  const Phase before = node_->phase();
  node_->enter(Phase::blocked, port.inbox());
  const auto ended = [&] { return begun ? node_->run_stopped() : node_->must_end(); };
  const bool room = port.wait_for_room(node_->cell(), ended);
  node_->enter(before);
  if (!room && ended()) throw Stopped{};
  return room;
}

void NodeOutlet::count(channel::OutPort& port, std::uint8_t flags, std::size_t length, std::uint64_t block_bytes,
                       std::span<const memory::Offset> attached) {
  for (const auto block : attached) domain_->arena.retain(block);
  if (tagged_) {
    const OrderTags& order = node_->order_out();
    for (std::size_t i = 0; i < order.gates.size(); ++i) order.gates[i]->add(order.tags[i]);
  }
  port.publish(flags, length, block_bytes);
}

namespace {
/// A number is one load and one store; memcpy() of a length that is not known is a call.
inline void copy_item(std::byte* to, std::span<const std::byte> item) {
  if (item.size() == sizeof(std::uint64_t)) {
    std::memcpy(to, item.data(), sizeof(std::uint64_t));
  } else {
    std::memcpy(to, item.data(), item.size());
  }
}
}  // namespace

/// What most puts are comes first, in a third of the instructions of put_any(): bare bytes into the slot of the only channel,
/// which has room, while nothing is to end.
void NodeOutlet::put(std::span<const std::byte> item, std::span<const std::uint64_t> blocks) {
  channel::OutPort* const port = only_port_;
  const bool bare = port != nullptr && !holding_ && blocks.empty() && item.size() <= inline_limit_;
  if (bare && node_->meta->empty() && node_->goes_on() && !port->abandoned() && port->has_room()) [[likely]] {
    copy_item(port->slot(), item);
    port->publish(0, item.size(), 0);
    node_->count_put();
  } else {
    put_any(item, blocks);
  }
}

void NodeOutlet::put_any(std::span<const std::byte> item, std::span<const std::uint64_t> blocks) {
  const wire::FrameParts parts{blocks, node_->meta->bytes(), tags()};
  const std::size_t size = parts.head_size() + item.size();
  if (size > inline_limit_ || holding_) {
    const auto room = begin_large(item.size(), blocks);
    std::memcpy(room.data(), item.data(), item.size());
    commit_large();
    return;
  }
  if (node_->may_not_put(*this)) throw Stopped{};
  const std::uint8_t flags = parts.extended() ? wire::flag::extended : 0;
  const std::uint64_t block_bytes = channel::blocks_bytes(*domain_, blocks);
  bool begun = false;
  for (auto& port : ports_) {
    if (!make_room(port, std::exchange(begun, true))) continue;
    std::memcpy(parts.write_head(port.slot()), item.data(), item.size());
    count(port, flags, size, block_bytes, blocks);
  }
  node_->count_put();
}

std::span<std::byte> NodeOutlet::begin_large(std::size_t size, std::span<const std::uint64_t> blocks) {
  drop_large();
  const wire::FrameParts parts{blocks, node_->meta->bytes(), tags()};
  large_.block = domain_->arena.allocate(parts.head_size() + size, memory::Owner{domain_->process, node_->node()});
  large_.attached.assign(blocks.begin(), blocks.end());
  large_.extended = parts.extended();
  return {parts.write_head(domain_->at<std::byte>(large_.block)), size};
}

void NodeOutlet::commit_large() {
  if (node_->may_not_put(*this)) throw Stopped{};  // the block is released by the next begin_large() or by close()
  for (const auto block : large_.attached) domain_->arena.retain(block);
  const Held frame = std::exchange(large_, Held{memory::null_offset, {}, false});
  if (holding_) {
    held_.push_back(frame);
    return;
  }
  struct Release {
    NodeOutlet& outlet;
    const Held& frame;
    ~Release() { outlet.release(frame); }
  } release_at_end{*this, frame};
  publish_block(frame);
}

void NodeOutlet::publish_block(const Held& frame) {
  const wire::BlockReference reference{frame.block};
  const auto flags = static_cast<std::uint8_t>(wire::flag::in_block | (frame.extended ? wire::flag::extended : 0));
  const std::uint64_t bytes = domain_->arena.size_of(frame.block) + channel::blocks_bytes(*domain_, frame.attached);
  bool begun = false;
  for (auto& port : ports_) {
    if (!make_room(port, std::exchange(begun, true))) continue;
    domain_->arena.retain(frame.block);
    std::memcpy(port.slot(), &reference, sizeof reference);
    count(port, flags, sizeof reference, bytes, frame.attached);
  }
  node_->count_put();
}

void NodeOutlet::release(const Held& frame) noexcept {
  for (const auto block : frame.attached) domain_->arena.release(block);
  domain_->arena.release(frame.block);
}

void NodeOutlet::commit_held() {
  struct Drop {
    NodeOutlet& outlet;
    ~Drop() { outlet.drop_held(); }
  } drop_at_end{*this};
  for (const Held& frame : held_) publish_block(frame);
}

void NodeOutlet::drop_large() noexcept {
  if (large_.block != memory::null_offset) domain_->arena.release(std::exchange(large_.block, memory::null_offset));
}

void NodeOutlet::drop_unpublished() noexcept {
  drop_held();
  drop_large();
}

void NodeOutlet::drop_held() noexcept {
  for (const Held& frame : held_) release(frame);
  held_.clear();
}

}  // namespace mpyx::runtime
