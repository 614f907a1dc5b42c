#include "transport/held_item.hpp"

#include <cstring>
#include <utility>

#include "memory/array_block.hpp"

namespace mpyx::transport {

namespace {

memory::Owner owner(const channel::Domain& domain) { return {domain.process, 0}; }

void publish_block(channel::OutPort& port, std::uint8_t flags, memory::Offset block, std::uint64_t bytes) {
  const wire::BlockReference reference{block};
  std::memcpy(port.slot(), &reference, sizeof reference);
  port.publish(static_cast<std::uint8_t>(flags | wire::flag::in_block), sizeof reference, bytes);
}

memory::Offset copy_to_block(channel::Domain& domain, std::span<const std::byte> body) {
  const memory::Offset block = domain.arena.allocate(body.size(), owner(domain));
  std::memcpy(domain.at<std::byte>(block), body.data(), body.size());
  return block;
}

}  // namespace

void publish_body(channel::Domain& domain, channel::OutPort& port, std::uint8_t flags,
                  std::span<const std::byte> body) {
  if (body.size() <= port.slot_size()) [[likely]] {
    if (!body.empty()) std::memcpy(port.slot(), body.data(), body.size());
    port.publish(flags, body.size(), 0);
    return;
  }
  publish_block(port, flags, copy_to_block(domain, body), body.size());
}

HeldItem::HeldItem(channel::Domain& domain, const channel::Frame& frame)
    : domain_{&domain},
      flags_{static_cast<std::uint8_t>(frame.item.flags & ~wire::flag::in_block)},
      body_block_{channel::block_of(frame.item)},
      blocks_(frame.view.blocks.begin(), frame.view.blocks.end()) {
  for (const auto block : blocks_) domain.arena.retain(block);
  const auto bytes = channel::body_of(domain, frame.item);
  body_size_ = bytes.size();
  if (body_block_ != memory::null_offset) {
    domain.arena.retain(body_block_);
    return;
  }
  body_words_.resize((body_size_ + 7) / 8);
  if (body_size_ != 0) std::memcpy(body_words_.data(), bytes.data(), body_size_);
}

HeldItem::HeldItem(channel::Domain& domain, std::uint8_t flags, std::size_t size,
                   std::span<const std::uint64_t> block_sizes, std::size_t inline_size)
    : domain_{&domain}, flags_{flags}, body_size_{size} {
  try {
    if (size <= inline_size) {
      body_words_.resize((size + 7) / 8);
    } else {
      body_block_ = domain.arena.allocate(size, owner(domain));
    }
    blocks_.reserve(block_sizes.size());
    for (const auto bytes : block_sizes)
      blocks_.push_back(domain.arena.allocate(memory::array_block_size(bytes), owner(domain)));
  } catch (...) {
    drop();
    throw;
  }
}

HeldItem& HeldItem::operator=(HeldItem&& other) noexcept {
  drop();
  swap(other);
  return *this;
}

void HeldItem::swap(HeldItem& other) noexcept {
  std::swap(domain_, other.domain_);
  std::swap(flags_, other.flags_);
  std::swap(body_block_, other.body_block_);
  std::swap(body_words_, other.body_words_);
  std::swap(body_size_, other.body_size_);
  std::swap(blocks_, other.blocks_);
}

void HeldItem::drop() noexcept {
  if (domain_ == nullptr) return;
  for (const auto block : blocks_) domain_->arena.release(block);
  blocks_.clear();
  if (body_block_ != memory::null_offset) domain_->arena.release(std::exchange(body_block_, memory::null_offset));
}

std::span<std::byte> HeldItem::body() {
  if (body_block_ != memory::null_offset) return {domain_->at<std::byte>(body_block_), body_size_};
  return std::as_writable_bytes(std::span{body_words_}).first(body_size_);
}

std::span<const std::byte> HeldItem::body() const {
  if (body_block_ != memory::null_offset) return {domain_->at<std::byte>(body_block_), body_size_};
  return std::as_bytes(std::span{body_words_}).first(body_size_);
}

std::span<std::byte> HeldItem::block(std::size_t number) const {
  const memory::Offset block = blocks_[number];
  return {domain_->at<std::byte>(memory::array_begin(block)), memory::array_size(domain_->arena.size_of(block))};
}

std::uint64_t HeldItem::bytes() const { return body_size_ + channel::blocks_bytes(*domain_, blocks_); }

std::span<const std::uint64_t> HeldItem::tags() const {
  const auto view = wire::parse_frame(body(), (flags_ & wire::flag::extended) != 0);
  return view ? view->tags : std::span<const std::uint64_t>{};
}

bool HeldItem::adopt_blocks() {
  const bool extended = (flags_ & wire::flag::extended) != 0;
  const auto bytes = body();
  const auto view = wire::parse_frame(bytes, extended);
  if (!view || view->blocks.size() != blocks_.size()) return false;
  if (!blocks_.empty())
    std::memcpy(bytes.data() + sizeof(wire::ExtendedHead), blocks_.data(), blocks_.size() * sizeof(memory::Offset));
  return true;
}

void HeldItem::publish(channel::OutPort& port) {
  const std::uint64_t attached = channel::blocks_bytes(*domain_, blocks_);
  if (body_block_ == memory::null_offset && body_size_ <= port.slot_size()) {
    if (body_size_ != 0) std::memcpy(port.slot(), body_words_.data(), body_size_);
    port.publish(flags_, body_size_, attached);
  } else {
    if (body_block_ == memory::null_offset) body_block_ = copy_to_block(*domain_, body());
    publish_block(port, flags_, std::exchange(body_block_, memory::null_offset), body_size_ + attached);
  }
  blocks_.clear();  // the lane's now
}

}  // namespace mpyx::transport
