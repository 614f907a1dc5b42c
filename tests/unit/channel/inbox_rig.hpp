#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

#include "channel/in_port.hpp"
#include "channel/out_port.hpp"
#include "memory/fences.hpp"

namespace mpyx::channel {

/// A segment with one inbox that its constructor makes and whose destructor checks that nothing has leaked.
class InboxRig {
 public:
  struct Size {
    std::uint32_t producers = 1;
    std::uint32_t consumers = 1;
    std::uint64_t items = 62;
    std::uint64_t bytes = 1 << 20;
  };

  explicit InboxRig(Size size) : domain_{make_segment(), 0} {
    memory::fences_decide(domain_.segment);
    before_ = domain_.arena.used_blocks();
    const std::size_t cells = size.producers + size.consumers;
    cells_ = domain_.arena.allocate(std::max<std::size_t>(cells * sizeof(memory::WaitCell), 4096), {});
    std::memset(domain_.at<std::byte>(cells_), 0, cells * sizeof(memory::WaitCell));
    Inbox::Shape shape;
    shape.lane = ring::LaneShape::fitting(size.items, 56, size.consumers);
    shape.lane.limit_bytes = size.bytes;
    for (std::uint32_t i = 0; i < size.producers; ++i) shape.producers.push_back(offset_of_cell(i));
    for (std::uint32_t i = 0; i < size.consumers; ++i) shape.consumers.push_back(offset_of_cell(size.producers + i));
    inbox_ = Inbox::create(domain_, shape, {});
  }
  ~InboxRig() {
    Inbox::destroy(domain_, inbox_);
    domain_.arena.release(cells_);
    EXPECT_EQ(domain_.arena.used_blocks(), before_);
  }

  Domain& domain() { return domain_; }
  Inbox& inbox() { return *domain_.at<Inbox>(inbox_); }
  InPort in(std::uint32_t consumer) { return InPort{domain_, inbox_, consumer}; }
  OutPort out(std::uint32_t producer) { return OutPort{domain_, inbox_, producer}; }
  memory::WaitCell& consumer_cell(std::uint32_t consumer) { return inbox().consumer_cell(domain_, consumer); }
  memory::WaitCell& producer_cell(std::uint32_t producer) { return inbox().producer_cell(domain_, producer); }

  /// Puts a number, waiting for room; of every kind of frame in turn. False when nobody takes it any more.
  bool put(OutPort& port, std::uint32_t producer, std::uint64_t value) {
    if (!port.has_room() && !port.wait_for_room(producer_cell(producer), [] { return false; })) return false;
    switch (value % 8) {
      case 3:
        put_in_block(port, value);
        break;
      case 5:
        put_with_block(port, value);
        break;
      default:
        std::memcpy(port.slot(), &value, sizeof value);
        port.publish(0, sizeof value, 0);
    }
    return true;
  }

 private:
  static memory::Segment make_segment() {
    auto segment = memory::Segment::create(std::size_t{1} << 26);
    memory::Arena::format(segment);
    return segment;
  }
  memory::Offset offset_of_cell(std::uint32_t number) const { return cells_ + number * sizeof(memory::WaitCell); }

  void put_in_block(OutPort& port, std::uint64_t value) {
    const wire::BlockReference reference{domain_.arena.allocate(1000, {})};
    std::memcpy(domain_.at<std::byte>(reference.block), &value, sizeof value);
    std::memcpy(port.slot(), &reference, sizeof reference);
    port.publish(wire::flag::in_block, sizeof reference, 1000);
  }
  void put_with_block(OutPort& port, std::uint64_t value) {
    const memory::Offset block = domain_.arena.allocate(500, {});
    const wire::FrameParts parts{{&block, 1}, {}};
    std::memcpy(parts.write_head(port.slot()), &value, sizeof value);
    port.publish(wire::flag::extended, parts.head_size() + sizeof value, 500);
  }

  Domain domain_;
  memory::Offset cells_ = memory::null_offset;
  memory::Offset inbox_ = memory::null_offset;
  std::size_t before_ = 0;
};

inline std::uint64_t value_of(const Frame& frame) {
  std::uint64_t value = 0;
  std::memcpy(&value, frame.view.value.data(), sizeof value);
  return value;
}

}  // namespace mpyx::channel
