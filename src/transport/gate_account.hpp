#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "channel/gate.hpp"

namespace mpyx::transport {

/// A Seq or Zip of a run; the same on all hosts.
struct GateKey {
  std::uint64_t run;
  std::uint32_t gate;
  std::uint32_t reserved = 0;  ///< so that it travels without padding

  friend auto operator<=>(const GateKey&, const GateKey&) = default;
};

/// Weight of one input; on the way between hosts.
struct Weight {
  std::uint64_t tag;
  std::uint64_t weight;  ///< 0, away from home: more is asked for
};

/// What makes the counts of one Seq or Zip right while items of it are on several hosts: weight recovery (F. Mattern, Global
/// quiescence detection based on credit distribution and recovery, 1989). The courier's part of a gate on this host; used by
/// its thread alone.
///
/// Invariants, for each open input n
///  1. `lent` of home is the sum of the weights of n that other hosts hold and that messages carry. While it is not zero, home's
///     courier counts one in home's gate.
///  2. Every message with an item of n carries weight of n. It is taken from what the sending host has before the item ceases to
///     count there, and is added to what the receiving one has before it counts there.
///  3. Away from home, n counts only while weight of n is held: weight leaves with an item and some stays, or with the last item
///     here, or when the count is zero. A count that is zero stays zero until the courier itself adds to it, since nobody else
///     here has an item of n; so it may look at the count at any time.
/// So once home's counter is zero nothing is lent; then no other host counts anything (3), no message has an item (2): nothing of
/// n is anywhere. And it comes to zero: what is held where the count is zero goes home at once.
///
/// Strays: a coroutine that an AsyncF left behind may put an item of an input that is over. It has no weight and is counted like
/// any other; the exit gives it on at the end.
///
/// Home never runs out: it makes what it lends. Away from home weight halves with many items of one input that leave one after
/// the other; who has little asks for more, and keeps what it has until that is there.
class GateAccount {
 public:
  /// `home`: the host of its entry and exit, `here`: this one.
  GateAccount(channel::Domain& domain, memory::Offset gate, int home, int here);

  bool is_home() const { return home_ == here_; }
  int home() const { return home_; }

  /// An item of input `tag` that counts here may leave; else that is asked for.
  bool may_leave(std::uint64_t tag);
  /// After may_leave(): it does, with this weight, and counts here no more.
  std::uint64_t leave(std::uint64_t tag);
  /// An item came with its weight; it counts here from now on. False when that makes no sense.
  [[nodiscard]] bool arrive(std::uint64_t tag, std::uint64_t weight);
  /// An item that counts here is dropped.
  void drop(std::uint64_t tag) { gate_->done(*domain_, tag); }

  /// Weight came without an item: back home, or what was asked for. At home, answers what is asked for. False: no sense.
  [[nodiscard]] bool weight_came(const Weight& came);
  /// Something has to go to home, or as an answer from it.
  bool has_news() const {
    return look_at_ != 0 || !asks_.empty() || gate_->zeroed.load(std::memory_order_acquire) != 0;
  }
  /// What that is. Not at home, which has only answers.
  std::vector<Weight> take_news();
  /// At home, after weight_came(): what the asking host gets.
  std::optional<Weight> take_answer() { return std::exchange(answer_, std::nullopt); }

 private:
  struct Slot {
    std::uint64_t tag = 0;
    std::uint64_t weight = 0;  ///< at home: lent
    bool asked = false;
  };

  Slot& slot(std::uint64_t tag) { return slots_[gate_->slot(tag)]; }
  std::uint64_t lend(Slot& slot, std::uint64_t tag);
  bool come_home(Slot& slot, const Weight& came);

  channel::Domain* domain_;
  channel::Gate* gate_;
  int home_, here_;
  std::vector<Slot> slots_;    // of open inputs: fewer than the gate's window, so each has its own
  std::uint64_t look_at_ = 0;  // groups of slots, as in Gate::zeroed
  std::vector<Weight> asks_;
  std::optional<Weight> answer_;
};

}  // namespace mpyx::transport
