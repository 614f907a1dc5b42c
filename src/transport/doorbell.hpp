#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "memory/wait.hpp"
#include "process/descriptor.hpp"

namespace mpyx::transport {

/// Wakes the courier when one of the link's descriptors is readable: a thread sits in poll() on them while the bell is armed.
///
/// No wake-up is lost. Readable is level-triggered: whatever lies unread when the bell is armed, or comes later, ends poll().
/// The thread then publishes `rung` and interrupts the cell, and the courier parks with rung() among its reasons, so that
/// the protocol of memory::park() holds for it as for any publisher. Arming a bell that is armed does nothing: its thread is
/// on its way into poll(), in it, or has yet to publish.
///
/// No spinning. After a ring the thread waits for the next arming, so while the courier works it sleeps. A descriptor that
/// stays readable, or is emptied by somebody else, rings for nothing: after some such rings in a row the bell is muted, longer
/// and longer, and the courier parks as if there were none. And a link that brings messages without a ring (by another way
/// than its descriptors) is found out: then the bell is given up.
///
/// All calls from the courier's thread.
class Doorbell {
 public:
  static constexpr int k_rings_for_nothing = 4;  // in a row, until it is muted
  static constexpr int k_missed = 8;             // messages in a row that came without a ring, until it is given up
  static constexpr std::int64_t k_mute = 10'000'000;  // ns, at first

  /// Without descriptors, or when there can be no thread, it is never armed. `cell` is where the courier parks.
  Doorbell(std::vector<int> descriptors, memory::WaitCell& cell);
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;
  ~Doorbell();

  /// Before parking. False: nobody will ring.
  bool arm(std::int64_t now);
  bool rung() const { return state_.load(std::memory_order_acquire) == k_rung; }
  /// After parking with the bell armed. `in_time`: before the deadline. Returns whether the bell ended it.
  bool after_park(bool in_time);
  /// After each round; `arrived`: in it a message was received.
  void after_round(bool arrived);

 private:
  static constexpr std::uint32_t k_rung = 0;  // the thread waits
  static constexpr std::uint32_t k_armed = 1;
  static constexpr std::uint32_t k_stop = 2;

  void run();
  bool wait_until_readable();

  std::vector<int> descriptors_;  // the thread's
  memory::WaitCell* cell_;
  process::Descriptor stop_;
  // Courier: rung -> armed (and notifies), any -> stop. Thread: armed -> rung. rung() is the partner of the thread's release.
  std::atomic<std::uint32_t> state_{k_rung};

  enum class Last { other, rang, silent };  // how the last park ended
  Last last_ = Last::other;
  int for_nothing_ = 0;
  int missed_ = 0;
  std::int64_t muted_until_ = 0;
  std::thread thread_;
};

}  // namespace mpyx::transport
