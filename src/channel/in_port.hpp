#pragma once

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "channel/inbox.hpp"
#include "channel/pace.hpp"
#include "ring/consumer.hpp"
#include "wire/frame.hpp"

namespace mpyx::channel {

/// An item taken from an inbox. Valid until it is released.
struct Frame {
  std::uint32_t lane = 0;
  ring::Taken item;
  wire::FrameView view;
  mutable std::uint64_t claimed =
      0;  ///< the first 64 of view.blocks, bit by bit: those whose reference the item's user took
  ring::Consumer* from = nullptr;  ///< what InPort took it with
};

/// One consumer's end of an inbox. Used by one thread.
class InPort {
 public:
  InPort(Domain& domain, memory::Offset inbox, std::uint32_t consumer);

  /// The next item, from the producers in turn; nothing when there is none just now.
  std::optional<Frame> take() {
    Frame frame;
    if (!take(frame)) return std::nullopt;
    return frame;
  }
  /// The same for who takes many: false when there is none. (An optional is cleared each time, at the cost of a fast item.)
  bool take(Frame& frame) {
    if (in_turn_ < in_a_row_ && take_from(turn_, frame)) [[likely]]
      return true;
    return take_in_turn(frame);
  }

  /// The item is done: drops its references and gives its slot back.
  void release(const Frame& frame) {
    ring::Consumer& lane = *frame.from;
    if (frame.item.flags != 0) [[unlikely]] {
      lane.finish(frame.item);
      drop_frame(*domain_, frame.item, frame.claimed);
    }
    lane.release(frame.item);
    memory::light_fence();  // partner: OutPort::wait_for_room()
    const std::uint64_t tell_at = lane.lane().tell_at.load(std::memory_order_relaxed);
    if (tell_at >= ring::Lane::tell_release && frame.item.position + 1 >= tell_at - ring::Lane::tell_release)
        [[unlikely]]
      tell(frame.lane);
  }

  bool ready();
  /// Every producer has ended and everything was taken.
  bool ended();

  /// Waits at the consumer's cell until something is ready, the stream has ended or `stop()`.
  template <class Stop>
  void wait(memory::WaitCell& cell, Stop stop) {
    const auto done = [&] { return ready() || ended() || stop(); };
    if (spin(done) || nap_while_fed_fast(cell, done)) return;
    set_idle(true);
    memory::park(cell, done);
    set_idle(false);
    waited();
    parked_ = lanes_.size() != 0 && inbox_->consumers > 1;
  }

  /// For a thread that waits for several things at once: says that it is about to park, at the cell that the inbox knows. No
  /// producer wakes it otherwise.
  void announce_idle() { set_idle(true); }
  /// After it. Hands a wake-up that may have been meant for any item in the inbox on to another consumer at once.
  void come_back();
  /// This consumer takes nothing from that lane: what came from other hosts goes to no other one. It ends when its own lanes have.
  void leave_out(std::uint32_t producer);

  /// This consumer takes no more. The last one to leave ends the producers' puts.
  void leave();
  memory::Offset inbox() const { return domain_->segment.offset_of(inbox_); }
  /// Every consumer has left.
  bool abandoned() const { return inbox_->open_consumers.load(std::memory_order_acquire) == 0; }

 private:
  static constexpr std::int64_t fast_ns = 200'000;    ///< mean time between items that counts as fast
  static constexpr int naps = 5;                      ///< without an item; then it sleeps for real
  static constexpr std::int64_t items_in_a_row = 32;  ///< from one lane before the next one gets its turn
  static constexpr std::int64_t without_end = std::numeric_limits<std::int64_t>::max();

  template <class Done>
  bool spin(Done done) {
    const std::int64_t until = now_ns() + pace_.spin(domain_->crowded());
    do {
      for (int i = 0; i < 8; ++i) {
        if (done()) return true;
        spin_pause();
      }
    } while (now_ns() < until);
    return false;
  }
  template <class Done>
  bool nap_while_fed_fast(memory::WaitCell& cell, Done done) {
    if (!pace_.is_fast()) return false;
    for (int i = 0; i < naps; ++i) {
      if (memory::nap(cell, Pace::nap(domain_->crowded()), done)) {
        waited();
        return true;
      }
    }
    return false;
  }

  bool take_from(std::size_t turn, Frame& frame) {
    ring::Consumer& lane = lanes_[turn];
    const std::uint8_t flags_before = frame.item.flags;
    if (!lane.take(frame.item)) return false;
    ++in_turn_;
    ++taken_since_wait_;
    frame.lane = static_cast<std::uint32_t>(turn);
    frame.from = &lane;
    frame.claimed = 0;
    frame.view.value = {frame.item.payload, frame.item.length};
    if ((flags_before | frame.item.flags | static_cast<std::uint8_t>(parked_)) != 0) [[unlikely]]
      look_closer(frame);
    memory::light_fence();  // partner: OutPort::wait_for_room()
    const std::uint64_t tell_at = lane.lane().tell_at.load(std::memory_order_relaxed);
    if (tell_at != 0 && frame.item.position + 1 >= tell_at) [[unlikely]]
      tell(static_cast<std::uint32_t>(turn));
    return true;
  }
  bool take_in_turn(Frame& frame);
  void look_closer(Frame& frame);
  void pass_on_wake_up();
  void tell(std::uint32_t producer) { memory::wake(inbox_->producer_cell(*domain_, producer)); }
  void waited() { pace_.waited(std::exchange(taken_since_wait_, 0), now_ns()); }
  void next_lane();
  bool left_out(std::size_t lane) const { return !left_out_.empty() && left_out_[lane]; }
  bool anything_ready();
  void set_idle(bool idle);

  Domain* domain_;
  Inbox* inbox_;
  std::uint32_t consumer_;
  std::int64_t in_turn_ = 0;  // items taken in a row from lane turn_
  std::int64_t in_a_row_;     // of which the next lane gets its turn
  std::size_t turn_ = 0;      // lane to take from next
  std::vector<ring::Consumer> lanes_;
  std::vector<bool> left_out_;  // lanes; empty when there are none
  std::int64_t taken_since_wait_ = 0;
  Pace pace_;
  bool parked_ = false;  // it shares the inbox, and has taken nothing since it came back from park()
  bool left_ = false;
};

}  // namespace mpyx::channel
