#include <mpyx/stages/order.hpp>

#include <map>
#include <stdexcept>
#include <utility>

#include "channel/kept_frame.hpp"
#include "runtime/node_runner.hpp"

/// The exit of a Seq or Zip: keeps what comes and gives it on input by input.
namespace mpyx::runtime {

namespace {

using Waiting =
    std::multimap<std::uint64_t, channel::KeptFrame>;  // by the number of the input; same number: as it came

std::uint64_t number_of(const wire::FrameView& item) {
  return item.tags.empty() ? channel::tag_last : item.tags.back();
}

}  // namespace

void NodeRunner::consume_in_order() {
  channel::InPort& input = *parts_.input;
  channel::Gate& gate = *parts_.gate;
  auto* collector = dynamic_cast<detail::InputCollector*>(parts_.stage.get());
  Waiting waiting;
  const std::size_t most = 4 * (gate.window + 1024);

  const auto give_on = [&](std::uint64_t number) {
    const auto [first, last] = waiting.equal_range(number);
    for (auto each = first; each != last; ++each) process(each->second.view(), nullptr);
    if (first != last && collector != nullptr) collector->input_complete();
    for (auto each = first; each != last; ++each)
      context_->item_done(each->second.view().tags.first(context_->order_out().tags.size()));
    waiting.erase(first, last);
  };
  const auto keep = [&](const channel::Frame& frame) {
    const std::uint64_t number = number_of(frame.view);
    waiting.emplace(number, channel::KeptFrame{context_->domain(), frame});
    input.release(frame);
    gate.done(context_->domain(), number);
    if (number == channel::tag_first) give_on(number);
    if (waiting.size() > most) {
      throw std::runtime_error{
          "more than " + std::to_string(most) +
          " items wait for an earlier one to be finished: the stages inside multiply items too much (fan-out)"};
    }
  };
  const auto stop = [this] { return context_->stopped(); };
  while (!stop()) {
    if (gate.complete()) {
      give_on(gate.released.load(std::memory_order_relaxed));
      gate.release(context_->domain());
    } else if (const auto frame = input.take()) {
      keep(*frame);
    } else if (input.ended()) {
      while (!waiting.empty()) give_on(waiting.begin()->first);
      return;
    } else {
      context_->enter(Phase::starving, input.inbox());
      input.wait(context_->cell(), [&] { return stop() || gate.complete(); });
    }
  }
}

}  // namespace mpyx::runtime
