#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/arena.hpp"
#include "memory/segment.hpp"
#include "memory/wait.hpp"
#include "ring/consumer.hpp"

namespace mpyx::channel {

/// A process's view of the host's shared memory. Outlives everything that refers to it.
struct Domain {
  memory::Segment segment;
  memory::Arena arena;
  std::uint16_t process;

  Domain(memory::Segment made, std::uint16_t process_number)
      : segment{std::move(made)}, arena{segment, process_number}, process{process_number} {}
  template <class T>
  T* at(memory::Offset offset) const {
    return segment.at<T>(offset);
  }
  /// More stages run on this host than it has cores: a thread that waits busily keeps another one from working.
  bool crowded() const { return segment.header().spare_cores.load(std::memory_order_relaxed) < 0; }
};

/// A channel's queue on one host, in shared memory: one lane per producer, all taken from by all consumers.
///
/// Invariants
///  1. `open_producers` counts producers that may still put. A producer closes its lane, then counts itself out, then
///     interrupts every consumer: who then finds the count zero and every lane drained has seen the end of the stream.
///  2. `open_consumers` counts consumers that may still take. At zero the channel is finished for its producers: what is
///     in it, and what is put later, is dropped.
///  3. A consumer that is about to park sets its bit in `idle` first and clears it itself afterwards; producers wake one
///     idle consumer per item (memory/wait.hpp has the argument against lost wake-ups). Who wakes up is responsible for
///     that item, or for whatever else is ready: it takes it, and wakes the next one if there is more; or it leaves, and
///     wakes the next one. So no item waits while a consumer sleeps.
///  4. With several hosts, a courier stands for the ends that are elsewhere: as a consumer that takes from the lanes of this
///     host's own producers only, as a producer for each host that sends. `courier_producers` and `courier_consumers` count
///     those ends; when all others have closed or left, the courier is told.
///  5. Lanes are made before any end is attached and freed after all ends are gone, by whoever made the inbox.
class Inbox {
 public:
  struct Shape {
    ring::LaneShape lane;
    std::vector<memory::Offset> producers;  ///< wait cell of each producer
    std::vector<memory::Offset> consumers;  ///< wait cell of each consumer
  };

  /// Allocates and formats; throws OutOfMemory.
  static memory::Offset create(Domain& domain, const Shape& shape, memory::Owner owner);
  /// Drops what is still in it and frees it. Nobody uses it any more.
  static void destroy(Domain& domain, memory::Offset inbox);

  std::uint32_t producers;
  std::uint32_t consumers;
  std::uint64_t lane_bytes;
  alignas(64) std::atomic<std::uint32_t> open_producers;
  std::atomic<std::uint32_t> open_consumers;
  std::atomic<std::uint32_t> courier_producers;    ///< written by the courier
  std::atomic<std::uint32_t> courier_consumers;    ///< open ones; written by the courier
  alignas(64) std::atomic<std::uint64_t> idle[1];  ///< as many words as consumers need; more follow in memory

  ring::Lane& lane(Domain& domain, std::uint32_t producer);
  memory::WaitCell& producer_cell(Domain& domain, std::uint32_t producer);
  memory::WaitCell& consumer_cell(Domain& domain, std::uint32_t consumer);
  std::size_t idle_words() const { return (consumers + 63) / 64; }

 private:
  memory::Offset* cells();  ///< producers' first, then consumers', behind the idle words
  std::size_t head_size() const;
};

/// Gives back the references of a frame: those of the blocks it lists, save the claimed ones (bit by bit), and of the block
/// it lies in.
void drop_frame(Domain& domain, const ring::Taken& item, std::uint64_t claimed = 0);
/// What blocks that a frame lists count for in a lane's bytes.
std::uint64_t blocks_bytes(const Domain& domain, std::span<const memory::Offset> blocks);
/// The block that a frame lies in; null_offset when it lies in its slot.
memory::Offset block_of(const ring::Taken& item);
/// The frame's bytes, wherever they lie.
std::span<const std::byte> body_of(const Domain& domain, const ring::Taken& item);

/// A consumer says that it is about to park, or that it no longer is.
void mark_idle(Inbox& inbox, std::uint32_t consumer, bool idle);
/// After publishing something into the inbox, or leaving something in it, and a fence: wakes one consumer that sleeps.
void wake_one_consumer(Domain& domain, Inbox& inbox);

/// After the death of a consumer's process: what it had taken and not finished can be taken again, once; returns how many
/// items. Wakes everybody, since the dead one may have been about to. It stays counted in `open_consumers`: a successor may
/// take its number, or leave() at once. One thread at a time, before that successor; everybody else may go on.
/// Consumers that saw the end of the stream before do not come back: somebody has to take what is repaired after that.
std::size_t repair_consumer(Domain& domain, Inbox& inbox, std::uint32_t consumer);

}  // namespace mpyx::channel
