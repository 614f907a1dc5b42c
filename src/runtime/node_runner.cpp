#include "runtime/node_runner.hpp"

#include "process/signals.hpp"

namespace mpyx::runtime {

using detail::ErrorPolicy;
using detail::OrderRole;

void NodeRunner::operator()() noexcept {
  const process::AlternateStack stack_overflow_is_recorded;
  channel::set_this_waiter(context_.get());
  enter_and_tell(Phase::setup);
  context_->set_tags(channel::tag_first);
  const bool created = guarded("start", [this] { create(); });
  const bool set_up = created && guarded("setup", [this] { parts_.stage->setup(); });
  if (set_up) {
    tear_down(!consume_all());
  }
  finish();
  channel::set_this_waiter(nullptr);
}

bool NodeRunner::consume_all() noexcept {
  if (!parts_.input) return true;
  if (parts_.type->async != nullptr) return consume_async();
  return guarded("process", [this] {
    if (parts_.role == OrderRole::exit) return consume_in_order();
    const bool plain = parts_.role == OrderRole::none && parts_.policy == ErrorPolicy::Kind::abort;
    plain && !context_->ordered() ? consume_plain() : consume();
  });
}

/// What most nodes do, in half of the instructions of consume(): items that are in no order go through a stage without
/// a policy. The two have to do the same.
void NodeRunner::consume_plain() {
  channel::InPort& input = *parts_.input;
  detail::StageBase& stage = *parts_.stage;
  NodeContext& context = *context_;
  const auto call = parts_.type->process;
  channel::Frame frame;
  while (!context.stopped()) {
    if (input.take(frame)) [[likely]] {
      struct Release {
        channel::InPort& input;
        const channel::Frame& frame;
        ~Release() { input.release(frame); }
      } release{input, frame};
      take_in_hand(frame.view);
      detail::Reader reader{frame.view.value, frame.view.blocks, &frame.claimed};
      call(stage, reader);
    } else if (input.ended()) {
      return;
    } else {
      wait_for_item();
    }
  }
  input.come_back();  // teardown() may take its time, and the wake-up may have been for an item
}

void NodeRunner::wait_for_item() {
  context_->enter(Phase::starving, parts_.input->inbox());
  parts_.input->wait(context_->cell(), [this] { return context_->stopped(); });
}

void NodeRunner::create() {
  if (!parts_.stage) {
    detail::Reader reader{std::as_bytes(std::span{parts_.object})};
    parts_.stage = parts_.type->load(reader);
  }
  detail::StageAccess::bind(*parts_.stage, *context_);
  context_->outlet->emit = parts_.type->emit;
}

void NodeRunner::tear_down(bool after_failure) noexcept {
  item_ = -1;
  enter_and_tell(Phase::teardown);
  context_->wind_up();
  context_->set_tags(channel::tag_last);
  if (!after_failure) {
    guarded("teardown", [this] { parts_.stage->teardown(); });
    return;
  }
  try {  // it still runs, but a second failure says nothing new
    parts_.stage->teardown();
  } catch (...) {
  }
}

void NodeRunner::consume() {
  channel::InPort& input = *parts_.input;
  const auto stop = [this] { return context_->stopped(); };
  channel::Frame frame;
  while (!stop()) {
    if (parts_.role == OrderRole::entry && !parts_.gate->has_room()) {
      context_->enter(Phase::blocked, context_->domain().segment.offset_of(parts_.gate));
      input.come_back();  // its exit may have filled up since, and another Seq or Zip is free
      memory::park(context_->cell(), [&] { return parts_.gate->has_room() || stop(); });
      continue;
    }
    if (input.take(frame)) {
      struct Release {
        NodeContext& context;
        channel::InPort& input;
        const channel::Frame& frame;
        ~Release() {
          if (context.ordered()) context.item_done(frame.view.tags);
          input.release(frame);
        }
      } release{*context_, input, frame};
      process(frame.view, &frame.claimed);
    } else if (input.ended()) {
      return;
    } else {
      wait_for_item();
    }
  }
  input.come_back();
}

void NodeRunner::process(const wire::FrameView& item, std::uint64_t* claimed) {
  take_in_hand(item);
  if (parts_.role == OrderRole::entry) {
    const std::uint64_t tag = parts_.gate->enter();
    context_->order_out().tags.back() = tag;
    invoke(item, claimed);
    parts_.gate->done(context_->domain(), tag);
    return;
  }
  if (parts_.policy == ErrorPolicy::Kind::abort) [[likely]] {
    invoke(item, claimed);
    return;
  }
  std::string message;
  for (int tried = 1; !attempt(item, message); ++tried) {
    const Verdict verdict = decide(item, tried, message);
    if (verdict == Verdict::skip) return;
    if (verdict == Verdict::abort) throw std::runtime_error{message};
    if (const auto pause = back_off(tried); pause.count() > 0) {
      context_->sleep(pause);
      if (context_->must_end()) throw Stopped{};
    }
    parts_.stage->meta.assign(item.meta);
  }
}

void NodeRunner::invoke(const wire::FrameView& item, std::uint64_t* claimed) {
  detail::Reader reader{item.value, item.blocks, claimed};
  parts_.type->process(*parts_.stage, reader);
}

void NodeRunner::discard_rest() noexcept {
  // The last consumer inside a Seq or Zip has stopped by itself. What still comes counts as done, or the exit would wait
  // for it for ever; its producers know that nobody reads and end. Where the channel has ends on other hosts, couriers do
  // this: only they know whether somebody reads elsewhere.
  channel::InPort& input = *parts_.input;
  const auto stop = [this] { return context_->run_stopped(); };
  while (!stop()) {
    if (const auto frame = input.take()) {
      context_->item_done(frame->view.tags);
      input.release(*frame);
    } else if (input.ended()) {
      return;
    } else {
      input.wait(context_->cell(), stop);
    }
  }
}

void NodeRunner::finish() noexcept {
  context_->close_event_loop();
  parts_.stage.reset();
  context_->drop_event_loop();
  context_->close_outputs();
  if (parts_.input) {
    parts_.input->leave();
    if (parts_.discards && parts_.input->abandoned()) guarded("process", [this] { discard_rest(); });
  }
  enter_and_tell(Phase::finished);
}

void NodeRunner::give_up(const std::string& reason) noexcept {
  fail("start", reason);
  parts_.discards = false;  // the run fails, and this thread is not the node's
  finish();
}

void NodeRunner::enter_and_tell(Phase phase) noexcept {
  context_->enter(phase);
  if (!parts_.told) return;
  try {
    events_->send(wire::NodeChanged{parts_.run, node_, static_cast<std::uint32_t>(phase)});
  } catch (...) {  // out of memory: a handle shows it later, at the run's end
  }
}

void NodeRunner::fail(const char* phase, std::string message) noexcept {
  const auto send = [&] {
    events_->send(wire::StageFailed{parts_.run, node_, phase, item_, message, context_->identity().rank, false});
  };
  try {
    send();
  } catch (...) {  // no shared memory for a long message; a short one needs none
    constexpr std::size_t fits = 100;
    try {
      if (message.size() > fits) message.replace(fits, std::string::npos, "...");
      send();
    } catch (...) {
    }
  }
}

}  // namespace mpyx::runtime
