#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

#include "memory/offset.hpp"

namespace mpyx::runtime {

/// What a node is doing; written by its own thread, read by anybody.
enum class Phase : std::uint32_t { waiting_to_start, setup, starving, process, blocked, teardown, finished };

/// What a thread does and for how long it did what, for whoever watches: one cache line, in the host's shared memory where
/// it is a node's. Written by that thread alone and always kept, since it costs next to nothing: a store for an item, a look
/// at the clock where the phase changes. Zero-filled memory is valid.
///
/// The members below `changes` are written together by enter(), so they are read together, as a seqlock: the reader takes
/// them when `changes` was even and the same before and after. Items are counted on their own.
struct alignas(64) Activity {
  std::atomic<std::uint32_t> changes;  ///< odd while enter() writes
  std::atomic<std::uint32_t> phase;
  std::atomic<std::int64_t> since;  ///< now_ns() of the last change of phase
  std::atomic<std::int64_t> busy_ns;
  std::atomic<std::int64_t> starved_ns;
  std::atomic<std::int64_t> blocked_ns;  ///< all three: of phases that are over
  std::atomic<memory::Offset> waits_at;  ///< starving or blocked: the inbox, gate, Queue ...; null: nothing of ours
  std::atomic<std::uint64_t> items_in;   ///< taken
  std::atomic<std::uint64_t> items_out;  ///< put

  /// The thread does something else from now on. Returns how long the last phase took; entering the same again at the same
  /// place changes nothing.
  std::int64_t enter(Phase next, memory::Offset at, std::int64_t now) noexcept {
    const std::int64_t spent = now - since.load(std::memory_order_relaxed);
    const std::uint32_t number = changes.load(std::memory_order_relaxed);
    changes.store(number + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);  // partner: the acquire fence in read_activity()
    if (auto* sum = time_of(now_doing()))
      sum->store(sum->load(std::memory_order_relaxed) + spent, std::memory_order_relaxed);
    since.store(now, std::memory_order_relaxed);
    waits_at.store(at, std::memory_order_relaxed);
    phase.store(static_cast<std::uint32_t>(next), std::memory_order_release);
    changes.store(number + 2, std::memory_order_release);  // partner: the acquire load in read_activity()
    return spent;
  }
  bool is(Phase same, memory::Offset at) const noexcept {
    return now_doing() == same && waits_at.load(std::memory_order_relaxed) == at;
  }
  Phase now_doing() const noexcept { return static_cast<Phase>(phase.load(std::memory_order_relaxed)); }
  void count_in(std::uint64_t items) noexcept { items_in.store(items, std::memory_order_relaxed); }
  void count_out() noexcept {
    items_out.store(items_out.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

 private:
  std::atomic<std::int64_t>* time_of(Phase what) noexcept {
    switch (what) {
      case Phase::setup:
      case Phase::process:
      case Phase::teardown:
        return &busy_ns;
      case Phase::starving:
        return &starved_ns;
      case Phase::blocked:
        return &blocked_ns;
      case Phase::waiting_to_start:
      case Phase::finished:
        break;
    }
    return nullptr;
  }
};
static_assert(std::is_standard_layout_v<Activity> && sizeof(Activity) == 64);

}  // namespace mpyx::runtime
