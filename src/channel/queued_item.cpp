#include "channel/queued_item.hpp"

#include <mpyx/error.hpp>

#include <cstring>
#include <span>
#include <string>

#include "memory/array_block.hpp"
#include "wire/frame.hpp"

namespace mpyx::channel {

using detail::Reader;
using detail::WiredItem;
using detail::Writer;

namespace {

memory::Offset allocate(Domain& domain, std::size_t bytes) {
  try {
    return domain.arena.allocate(bytes, memory::Owner{domain.process, 0});
  } catch (const memory::OutOfMemory& error) {
    throw Error{std::string{"mpyx: no room for an item of a Queue or Pipe: "} + error.what()};
  }
}

/// Blocks that nobody refers to yet.
struct Blocks {
  Domain& domain;
  std::vector<memory::Offset> all{};

  ~Blocks() {
    for (const auto block : all) domain.arena.release(block);
  }
  char* copy_body(const std::string& bytes) { return copy(bytes, domain.at<char>(add(bytes.size()))); }
  void copy_array(const std::string& bytes) {
    copy(bytes, domain.at<char>(memory::array_begin(add(memory::array_block_size(bytes.size())))));
  }

 private:
  memory::Offset add(std::size_t size) {
    all.reserve(all.size() + 1);
    all.push_back(allocate(domain, size));
    return all.back();
  }
  static char* copy(const std::string& bytes, char* to) {
    bytes.copy(to, bytes.size());
    return to;
  }
};

}  // namespace

QueuedItem::~QueuedItem() {
  if (owns_) drop_frame(*domain_, frame_.taken(), claimed_);
}

void QueuedItem::encode(const void* item, const WiredItem& type, std::size_t payload) {
  Writer writer{std::span{frame_.bytes}.first(payload), Writer::Blocks::carried};
  type.encode(item, writer);
  if (writer.complete() && writer.blocks().empty()) {
    frame_.length = static_cast<std::uint16_t>(writer.size());
  } else {
    encode_into_block(item, type, writer.size(), writer.blocks());
  }
}

void QueuedItem::encode_into_block(const void* item, const WiredItem& type, std::size_t size,
                                   const std::vector<std::uint64_t>& blocks) {
  wire::FrameParts parts{};
  parts.blocks = blocks;
  const wire::BlockReference reference{allocate(*domain_, parts.head_size() + size)};
  std::memcpy(frame_.bytes.data(), &reference, sizeof reference);
  frame_.length = sizeof reference;
  frame_.flags = static_cast<std::uint8_t>(wire::flag::in_block | (parts.extended() ? wire::flag::extended : 0));
  std::byte* to = parts.write_head(domain_->at<std::byte>(reference.block));
  for (const auto block : blocks) domain_->arena.retain(block);
  owns_ = true;
  Writer writer{{to, size}, Writer::Blocks::carried};
  type.encode(item, writer);
}

void QueuedItem::decode(void* optional, const WiredItem& type) {
  const ring::Taken taken = frame_.taken();
  const auto view = wire::parse_frame(body_of(*domain_, taken), (taken.flags & wire::flag::extended) != 0);
  if (!view) throw Error{"mpyx: a damaged item in shared memory"};
  Reader reader{view->value, view->blocks, &claimed_};
  type.decode(optional, reader);
}

PackedItem QueuedItem::pack() const {
  const ring::Taken taken = frame_.taken();
  const auto body = body_of(*domain_, taken);
  PackedItem packed;
  packed.flags = taken.flags & wire::flag::extended;
  packed.body.assign(reinterpret_cast<const char*>(body.data()), body.size());
  if (const auto view = wire::parse_frame(body, packed.flags != 0)) {
    for (const auto block : view->blocks) {
      packed.blocks.emplace_back(domain_->at<char>(memory::array_begin(block)),
                                 memory::array_size(domain_->arena.size_of(block)));
    }
  }
  return packed;
}

void QueuedItem::unpack(const PackedItem& item, std::size_t payload) {
  if (item.flags == 0 && item.blocks.empty() && item.body.size() <= payload) {
    frame_.length = static_cast<std::uint16_t>(item.body.size());
    frame_.flags = 0;
    item.body.copy(reinterpret_cast<char*>(frame_.bytes.data()), item.body.size());
    return;
  }
  Blocks made{*domain_};
  char* body = made.copy_body(item.body);
  const auto view = wire::parse_frame(std::as_bytes(std::span{body, item.body.size()}), item.flags != 0);
  if (!view || view->blocks.size() != item.blocks.size()) throw Error{"mpyx: a damaged item came from another host"};
  for (const auto& block : item.blocks) made.copy_array(block);
  const auto offsets = std::span{made.all}.subspan(1);
  if (!offsets.empty()) std::memcpy(body + sizeof(wire::ExtendedHead), offsets.data(), offsets.size_bytes());
  const wire::BlockReference reference{made.all.front()};
  std::memcpy(frame_.bytes.data(), &reference, sizeof reference);
  frame_.length = sizeof reference;
  frame_.flags = static_cast<std::uint8_t>(item.flags | wire::flag::in_block);
  made.all.clear();
  owns_ = true;
}

}  // namespace mpyx::channel
