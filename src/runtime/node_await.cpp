#include <mpyx/error.hpp>

#include <utility>

#include "runtime/event_loop.hpp"
#include "runtime/node_context.hpp"

/// What a node does for coroutines: waiting for one, and swapping the items of several.
namespace mpyx::runtime {

NodeContext::~NodeContext() { close_event_loop(); }

EventLoop& NodeContext::event_loop() {
  if (!event_loop_) event_loop_ = std::make_shared<EventLoop>(block_->cell);
  return *event_loop_;
}

void NodeContext::close_event_loop() noexcept {
  if (event_loop_) event_loop_->close();
}

void NodeContext::await(detail::Coroutine&& coroutine) {
  EventLoop& loop = event_loop();
  if (loop.running()) {
    throw Error{"await() inside a coroutine would keep the stage's other coroutines from running; write co_await"};
  }
  if (must_end()) throw Stopped{};
  const auto call = std::make_shared<Call>(event_loop_);
  call->begin(std::move(coroutine));
  // Until it is over, whatever happens: it refers to things of the caller.
  for (;;) {
    loop.run_ready();
    if (call->over()) break;
    if (!call->cancelled() && must_end()) call->cancel();
    memory::park(block_->cell, [&] { return loop.ready() || (!call->cancelled() && must_end()); });
  }
  if (const auto stray = loop.take_stray()) std::rethrow_exception(stray);
  if (!call->error()) return;
  if (call->cancelled()) throw Stopped{};
  std::rethrow_exception(call->error());
}

NodeContext::InHand NodeContext::nothing_in_hand() const {
  InHand nothing;
  nothing.tags.resize(place_.order_out.tags.size());
  nothing.xcuts_held.resize(xcuts_.size());
  return nothing;
}

void NodeContext::swap(InHand& other, Meta& of_stage) noexcept {
  std::swap(other.meta, of_stage);
  other.tags.swap(place_.order_out.tags);
  const bool was_holding = holding_;
  if (was_holding != other.holding) hold(other.holding);
  other.holding = was_holding;
  outputs_->swap_held(other.held);
  for (std::size_t i = 0; i < xcuts_.size(); ++i) xcuts_[i].outlet->swap_held(other.xcuts_held[i]);
}

}  // namespace mpyx::runtime
