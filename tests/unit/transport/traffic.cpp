#include "traffic.hpp"

#include <algorithm>

#include "memory/array_block.hpp"

namespace mpyx::transport {

namespace {

/// Byte number i of an item's content.
std::byte pattern(std::uint64_t value, std::size_t i) {
  return static_cast<std::byte>((value * 131 + i * 7 + (i >> 12)) & 0xff);
}
void fill(std::span<std::byte> bytes, std::uint64_t value) {
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = pattern(value, i);
}
bool filled(std::span<const std::byte> bytes, std::uint64_t value) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != pattern(value, i)) return false;
  }
  return true;
}

struct Shape {
  std::size_t body = 0;  // bytes behind the number
  std::vector<std::size_t> blocks;
  bool meta = false;
};

Shape shape_of(std::uint64_t value) {
  switch (value % 64) {
    case 3:
      return {1000, {}, false};  // too large for a slot
    case 5:
      return {8, {500}, false};
    case 9:
      return {0, {}, true};
    case 13:
      return {25'000, {}, false};  // two to a batch
    case 17:
      return {70'000, {}, false};  // too large for a batch
    case 21:
      return {20, {0, 3, 100'000}, true};
    case 33:
      return {40'000, {2'500'000}, false};  // several chunks
    case 47:
      return {15'000, {}, true};
    default:
      return {};
  }
}

}  // namespace

void Traffic::publish_plain(channel::OutPort& port, std::uint64_t value) {
  std::memcpy(port.slot(), &value, sizeof value);
  port.publish(0, sizeof value, 0);
}

void Traffic::publish_with_blocks(channel::OutPort& port, std::uint64_t value, std::size_t body,
                                  std::span<const std::size_t> sizes) {
  auto& domain = host_->domain();
  std::vector<memory::Offset> blocks;
  for (const std::size_t size : sizes) {
    blocks.push_back(domain.arena.allocate(memory::array_block_size(size), {}));
    fill({domain.at<std::byte>(memory::array_begin(blocks.back())), size}, value + blocks.size());
  }
  const std::string meta = shape_of(value).meta ? "meta of " + std::to_string(value) : "";
  const wire::FrameParts parts{blocks, std::as_bytes(std::span{meta})};
  const std::size_t total = parts.head_size() + sizeof value + body;
  const std::uint64_t attached = channel::blocks_bytes(domain, blocks);
  const auto extended = parts.extended() ? wire::flag::extended : std::uint8_t{0};
  const auto write = [&](std::byte* to) {
    std::byte* content = parts.write_head(to);
    std::memcpy(content, &value, sizeof value);
    fill({content + sizeof value, body}, value);
  };
  if (total <= port.slot_size()) {
    write(port.slot());
    port.publish(extended, total, attached);
    return;
  }
  const wire::BlockReference reference{domain.arena.allocate(total, {})};
  write(domain.at<std::byte>(reference.block));
  std::memcpy(port.slot(), &reference, sizeof reference);
  port.publish(static_cast<std::uint8_t>(extended | wire::flag::in_block), sizeof reference, total + attached);
}

bool Traffic::put(channel::OutPort& port, memory::WaitCell& cell, std::uint64_t value) {
  if (!port.has_room() && !port.wait_for_room(cell, [] { return false; })) return false;
  if (port.abandoned()) return false;
  const Shape shape = kind_ == Kind::mixed ? shape_of(value) : Shape{};
  if (shape.body == 0 && shape.blocks.empty() && !shape.meta) {
    publish_plain(port, value);
  } else {
    publish_with_blocks(port, value, shape.body, shape.blocks);
  }
  return true;
}

std::uint64_t Traffic::check(const channel::Frame& frame) {
  std::uint64_t value = ~std::uint64_t{0};
  if (frame.view.value.size() < sizeof value) {
    ADD_FAILURE() << "an item of " << frame.view.value.size() << " bytes";
    return value;
  }
  std::memcpy(&value, frame.view.value.data(), sizeof value);
  if (value >= seen_.size()) {
    ADD_FAILURE() << "item " << value;
    return value;
  }
  const Shape shape = kind_ == Kind::mixed ? shape_of(value) : Shape{};
  EXPECT_EQ(frame.view.value.size(), sizeof value + shape.body) << value;
  EXPECT_TRUE(filled(frame.view.value.subspan(sizeof value), value)) << value;
  EXPECT_EQ(frame.view.blocks.size(), shape.blocks.size()) << value;
  for (std::size_t i = 0; i < std::min(frame.view.blocks.size(), shape.blocks.size()); ++i) {
    const auto block = frame.view.blocks[i];
    const std::size_t size = shape.blocks[i];
    EXPECT_EQ(memory::array_size(host_->domain().arena.size_of(block)),
              memory::array_size(memory::array_block_size(size)))
        << value;
    EXPECT_TRUE(filled({host_->domain().at<std::byte>(memory::array_begin(block)), size}, value + i + 1)) << value;
  }
  const std::string meta = shape.meta ? "meta of " + std::to_string(value) : "";
  EXPECT_EQ((std::string{reinterpret_cast<const char*>(frame.view.meta.data()), frame.view.meta.size()}), meta);
  return value;
}

std::uint64_t Traffic::produce(std::uint32_t producer, std::uint64_t first, std::uint64_t count) {
  auto out = part_->out(producer);
  std::uint64_t done = 0;
  while (done < count && put(out, part_->producer_cell(producer), first + done)) ++done;
  out.close();
  return done;
}

void Traffic::consume(std::uint32_t consumer, std::uint64_t most, const std::function<void(std::uint64_t)>& each) {
  auto in = part_->in(consumer);
  while (most != 0) {
    if (const auto frame = in.take()) {
      const std::uint64_t value = check(*frame);
      if (value < seen_.size()) seen_[value].fetch_add(1, std::memory_order_relaxed);
      taken_.fetch_add(1, std::memory_order_relaxed);
      if (each) each(value);
      in.release(*frame);
      --most;
    } else if (in.ended()) {
      break;
    } else {
      in.wait(part_->consumer_cell(consumer), [] { return false; });
    }
  }
  in.leave();
}

std::vector<std::uint32_t> Traffic::seen_everywhere() {
  std::vector<std::uint32_t> mine(seen_.begin(), seen_.end()), sum(mine.size());
  for (const auto& each : host_->exchange(std::as_bytes(std::span{mine}))) {
    std::vector<std::uint32_t> theirs(mine.size());
    const std::size_t bytes = std::min(each.size(), theirs.size() * sizeof(std::uint32_t));
    if (bytes != 0) std::memcpy(theirs.data(), each.data(), bytes);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += theirs[i];
  }
  return sum;
}

}  // namespace mpyx::transport
