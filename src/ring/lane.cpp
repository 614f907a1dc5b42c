#include "ring/lane.hpp"

#include <algorithm>
#include <new>

namespace mpyx::ring {

namespace {
constexpr std::memory_order release_order = std::memory_order_release;
using State = SlotWord::State;
}  // namespace

std::size_t LaneShape::bytes() const { return sizeof(Lane) + std::size_t{slots} * stride; }

LaneShape LaneShape::fitting(std::uint64_t items, std::size_t item_bytes, std::uint32_t consumers) {
  LaneShape shape;
  const std::size_t wanted = sizeof(std::uint64_t) + (item_bytes + 7) / 8 * 8;
  // A large slot for one reader begins where the last one ends: fewer cache lines; several readers keep off each other's.
  const std::size_t step = consumers > 1 ? 64 : 8;
  shape.stride = static_cast<std::uint32_t>(wanted <= 64 ? std::bit_ceil(wanted) : (wanted + step - 1) / step * step);
  shape.consumers = consumers;
  shape.shared = consumers > 1;
  shape.limit_items = std::max<std::uint64_t>(items, 1);
  shape.slots = static_cast<std::uint32_t>(std::bit_ceil(shape.limit_items + consumers + 1));
  return shape;
}

std::uint64_t Lane::waiting() {
  if (!shape.shared) {
    const std::uint64_t out = taken.load(relaxed);
    const std::uint64_t in = put.load(relaxed);
    return in > out ? in - out : 0;
  }
  std::uint64_t count = 0;
  for (std::uint64_t slot = 0; slot < shape.slots; ++slot)
    count += SlotWord{word(slot).load(relaxed)}.state() == State::full;
  return count;
}

Lane* format_lane(std::byte* memory, const LaneShape& shape) {
  std::fill_n(memory, shape.bytes(), std::byte{0});
  Lane* lane = new (memory) Lane{};
  lane->shape = shape;
  return lane;
}

std::size_t repair(Lane& lane, std::uint16_t dead_owner) {
  if (!lane.shape.shared) {
    const std::uint64_t taken = lane.taken.load(acquire);
    const std::uint64_t released = lane.released.load(acquire);
    lane.taken.store(released, release_order);
    return taken - released;
  }
  std::size_t repaired = 0;
  for (std::uint64_t slot = 0; slot < lane.shape.slots; ++slot) {
    const SlotWord word{lane.word(slot).load(acquire)};
    if (word.owner() != dead_owner || (word.state() != State::running && word.state() != State::done)) continue;
    const bool again = word.state() == State::running;
    // Nobody else changes the word: its owner is dead, and the producer waits for it to be free.
    lane.word(slot).store(word.with(again ? State::full : State::free, 0).bits, release_order);
    repaired += again;
  }
  // Also when nothing was found: an earlier repair may have died just before this.
  lane.repairs.fetch_add(1, release_order);  // partner: Consumer::go_back_after_repair()
  return repaired;
}

}  // namespace mpyx::ring
