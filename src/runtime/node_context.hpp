#pragma once

#include <mpyx/stage.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "channel/waiter.hpp"
#include "runtime/node_outlet.hpp"
#include "runtime/run_block.hpp"

namespace mpyx::runtime {

class EventLoop;

/// Where lines for the user's terminal go.
class LineSink {
 public:
  virtual ~LineSink() = default;
  /// One or more whole lines; waits while the terminal does not take them, but no longer than `stop()` stays false.
  virtual void print(std::string_view lines, const std::function<bool()>& stop) = 0;
};

/// What a stage sees of its rank. Lives on the node's thread.
class NodeContext final : public detail::Context, public channel::Waiter {
 public:
  struct Xcut {
    std::string name;
    std::string type;
    std::unique_ptr<NodeOutlet> outlet;
  };
  struct Place {
    std::uint32_t node = 0;
    bool source = false;
    bool needs_all = false;  ///< it ends once nobody reads one of its outputs
    detail::Identity identity;
    OrderTags order_in;   ///< gates of the items it takes
    OrderTags order_out;  ///< gates of the items it puts: one more at the entry of a Seq or Zip, one fewer at the exit
  };

  /// What belongs to one item in hand; an AsyncF has several and swaps.
  struct InHand {
    Meta meta;
    std::vector<std::uint64_t> tags;  ///< of what is put
    bool holding = false;
    std::vector<NodeOutlet::Held> held;
    std::vector<std::vector<NodeOutlet::Held>> xcuts_held;
  };

  NodeContext(channel::Domain& domain, RunBlock& run, Place place, LineSink& lines);
  ~NodeContext() override;
  void connect(std::vector<channel::OutPort> outputs, std::vector<Xcut> xcuts);

  /// Also by other threads, which the stage may have begun.
  void stop() noexcept override {
    block_->stopping.store(1, std::memory_order_release);
    memory::interrupt(block_->cell);
  }
  bool stopped() const noexcept override { return stopping() || is_to_end(); }
  void sleep(std::chrono::nanoseconds duration) override;
  void await(detail::Coroutine&& coroutine) override;
  const detail::Identity& identity() const noexcept override { return place_.identity; }
  void print(std::string_view line) override;
  detail::Outlet& xcut(std::string_view name, const std::type_info& type) override;

  /// The run wants this node to end now, or nobody reads what it puts any more. Once it winds up, only a stop counts: its
  /// teardown() may still put into an xcut or a Queue, or await something.
  bool must_end() const noexcept override { return winds_up_ ? run_stopped() : is_to_end(); }
  bool may_not_put(const NodeOutlet& way) const noexcept;
  /// Nothing is to end, near or far: no reason to refuse a put.
  bool goes_on() const noexcept { return !winds_up_ && run_->how() == Ending::none && !outputs_->abandoned(); }
  void wind_up() noexcept { winds_up_ = true; }
  memory::WaitCell& cell() override { return block_->cell; }
  std::uint32_t node() const override { return place_.node; }

  bool stopping() const noexcept { return block_->stopping.load(std::memory_order_relaxed) != 0; }
  bool run_stopped() const noexcept { return run_->how() == Ending::stop; }
  /// `at`: where it waits, if it does (see Activity).
  void enter(Phase phase, memory::Offset at = memory::null_offset) noexcept;
  Phase phase() const noexcept { return block_->activity.now_doing(); }
  void wait_begins(memory::Offset at, bool for_room) noexcept override;
  void wait_ends() noexcept override { enter(before_wait_); }
  NodeBlock& block() const noexcept { return *block_; }
  NodeOutlet& outputs() { return *outputs_; }
  channel::Domain& domain() { return *domain_; }

  /// The numbers of the item in hand, for what is put meanwhile.
  const OrderTags& order_out() const { return place_.order_out; }
  OrderTags& order_out() { return place_.order_out; }
  const OrderTags& order_in() const { return place_.order_in; }
  bool ordered() const { return !place_.order_in.gates.empty(); }
  void set_tags(std::uint64_t tag);                     ///< outside process(): tag_first or tag_last
  void set_tags(std::span<const std::uint64_t> item);   ///< of the item in hand, as far as what is put keeps them
  void item_done(std::span<const std::uint64_t> item);  ///< after everything it made was put

  void count_put() noexcept { block_->activity.count_out(); }
  /// Holds back what a call puts; see NodeOutlet.
  void hold(bool hold);
  void commit_held();
  void drop_held() noexcept;
  void close_outputs();

  /// Puts one item in hand in place of another, whose state is then in `other`.
  void swap(InHand& other, Meta& of_stage) noexcept;
  InHand nothing_in_hand() const;
  /// Where the stage's coroutines run; made when it is first asked for.
  EventLoop& event_loop();
  std::shared_ptr<EventLoop> share_event_loop() { return event_loop_; }
  /// Destroys coroutines that are left, while their stage still is.
  void close_event_loop() noexcept;
  /// After the stage, whose members may belong to the loop (sockets, timers).
  void drop_event_loop() noexcept { event_loop_.reset(); }

 private:
  bool is_to_end() const noexcept {
    const Ending ending = run_->how();
    return ending == Ending::stop || (ending == Ending::drain && place_.source) || outputs_->abandoned();
  }

  channel::Domain* domain_;
  RunBlock* run_;
  NodeBlock* block_;
  Place place_;
  LineSink* lines_;
  std::unique_ptr<NodeOutlet> outputs_;
  std::vector<Xcut> xcuts_;
  Phase before_wait_ = Phase::process;
  bool winds_up_ = false;
  bool holding_ = false;
  std::shared_ptr<EventLoop> event_loop_;
};

}  // namespace mpyx::runtime
