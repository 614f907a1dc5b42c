#include <mpyx/stages/order.hpp>

#include <map>
#include <stdexcept>
#include <utility>

#include "channel/kept_frame.hpp"
#include "runtime/node_runner.hpp"

namespace mpyx::runtime {

/// The exit of a Seq or Zip: gives on input by input what comes, and keeps what comes before its turn.
class NodeRunner::OrderedExit {
 public:
  /// What it keeps when it ends early is done, too, for the Seq or Zip around it.
  ~OrderedExit() {
    for (const auto& [number, kept] : waiting_) done_outside(kept.view());
  }
  OrderedExit(const OrderedExit&) = delete;
  OrderedExit& operator=(const OrderedExit&) = delete;
  explicit OrderedExit(NodeRunner& runner)
      : runner_{&runner},
        context_{runner.context_.get()},
        input_{&*runner.parts_.input},
        gate_{runner.parts_.gate},
        collector_{dynamic_cast<detail::InputCollector*>(runner.parts_.stage.get())},
        most_{4 * (gate_->window + 1024)} {}

  void run();

 private:
  using Waiting = std::multimap<std::uint64_t, channel::KeptFrame>;  // by input; same input: as it came

  static std::uint64_t number_of(const wire::FrameView& item) {
    return item.tags.empty() ? channel::tag_last : item.tags.back();
  }
  /// The oldest open input is given on as it comes (nothing of it waits then), but for a Zip, which needs the whole of it.
  bool is_its_turn(std::uint64_t number) const {
    return number == channel::tag_first || (collector_ == nullptr && number == next());
  }
  std::uint64_t next() const { return gate_->released.load(std::memory_order_relaxed); }
  void accept(const channel::Frame& frame);
  void pass_on(const channel::Frame& frame);
  void keep(const channel::Frame& frame, std::uint64_t number);
  void give_on(std::uint64_t number);
  void done_outside(const wire::FrameView& item) {
    context_->item_done(item.tags.first(context_->order_out().tags.size()));
  }

  NodeRunner* runner_;
  NodeContext* context_;
  channel::InPort* input_;
  channel::Gate* gate_;
  detail::InputCollector* collector_;
  std::size_t most_;
  Waiting waiting_;
};

void NodeRunner::consume_in_order() { OrderedExit{*this}.run(); }

void NodeRunner::OrderedExit::run() {
  const auto stop = [this] { return context_->stopped(); };
  while (!stop()) {
    if (gate_->complete()) {
      if (collector_ != nullptr) give_on(next());
      gate_->release(context_->domain());
      if (collector_ == nullptr) give_on(next());
    } else if (const auto frame = input_->take()) {
      accept(*frame);
    } else if (input_->ended()) {
      while (!waiting_.empty()) give_on(waiting_.begin()->first);
      return;
    } else {
      context_->enter(Phase::starving, input_->inbox());
      input_->wait(context_->cell(), [&] { return stop() || gate_->complete(); });
    }
  }
}

void NodeRunner::OrderedExit::accept(const channel::Frame& frame) {
  const std::uint64_t number = number_of(frame.view);
  struct Release {
    OrderedExit& exit;
    const channel::Frame& frame;
    std::uint64_t number;
    ~Release() {
      exit.input_->release(frame);
      exit.gate_->done(exit.context_->domain(), number);
    }
  } release{*this, frame, number};
  if (is_its_turn(number)) {
    pass_on(frame);
  } else {
    keep(frame, number);
  }
}

void NodeRunner::OrderedExit::pass_on(const channel::Frame& frame) {
  struct Done {  // also when what process() puts is wanted by nobody any more
    OrderedExit& exit;
    const channel::Frame& frame;
    ~Done() { exit.done_outside(frame.view); }
  } done{*this, frame};
  if (collector_ != nullptr) collector_->collect_early(true);
  runner_->process(frame.view, &frame.claimed);
  if (collector_ == nullptr) return;
  collector_->input_complete();
  collector_->collect_early(false);
}

void NodeRunner::OrderedExit::keep(const channel::Frame& frame, std::uint64_t number) {
  const auto kept = waiting_.emplace(number, channel::KeptFrame{context_->domain(), frame});
  if (number < channel::tag_first) gate_->keep(kept->second.bytes());
  if (waiting_.size() > most_) {
    throw std::runtime_error{
        "more than " + std::to_string(most_) +
        " items wait for an earlier one to be finished: the stages inside multiply items too much (fan-out)"};
  }
}

void NodeRunner::OrderedExit::give_on(std::uint64_t number) {
  const auto [first, last] = waiting_.equal_range(number);
  std::uint64_t bytes = 0;  // first: the arrays in it may be others' as soon as they are processed
  for (auto each = first; each != last; ++each) bytes += each->second.bytes();
  for (auto each = first; each != last; ++each) runner_->process(each->second.view(), &each->second.claimed());
  if (first != last && collector_ != nullptr) collector_->input_complete();
  for (auto each = first; each != last; ++each) done_outside(each->second.view());
  waiting_.erase(first, last);
  if (number < channel::tag_first) gate_->give_on(context_->domain(), bytes);
}

}  // namespace mpyx::runtime
