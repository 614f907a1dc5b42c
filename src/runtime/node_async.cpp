#include <mpyx/error.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <list>
#include <optional>
#include <utility>

#include "channel/kept_frame.hpp"
#include "runtime/event_loop.hpp"
#include "runtime/node_runner.hpp"

/// A node whose stage is an AsyncF: many items in hand, each with a coroutine.
namespace mpyx::runtime {

namespace asio = boost::asio;

namespace {

std::string message_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

bool is_stopped(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Stopped&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

class NodeRunner::Async {
 public:
  explicit Async(NodeRunner& runner)
      : runner_{&runner},
        context_{runner.context_.get()},
        input_{&*runner.parts_.input},
        loop_{&context_->event_loop()} {
    const int wanted = runner.parts_.type->async->in_flight(*runner.parts_.stage);
    if (wanted < 1) throw Error{"in_flight() is " + std::to_string(wanted) + "; it has to be 1 at least"};
    most_ = static_cast<std::size_t>(wanted);
  }

  /// Returns when the input has ended, or the stage has to, and nothing is in hand any more; whether nothing failed.
  bool run() noexcept {
    while (!done()) {
      try {
        step();
      } catch (const Stopped&) {
        takes_ = false;
      } catch (...) {
        fail(-1, std::current_exception());
      }
    }
    input_->come_back();  // as in consume_plain()
    return !failed_;
  }

 private:
  /// An item in hand. Its state is the stage's and the runner's whenever its coroutine runs.
  class Item : public Call {
   public:
    Item(Async& all, const channel::Frame& frame)
        : Call{all.context_->share_event_loop()},
          runner_{all.runner_},
          over_{&all.over_},
          state_{all.context_->nothing_in_hand()},
          frame_{all.context_->domain(), frame} {}

    void enter() noexcept override { swap(); }
    void leave() noexcept override { swap(); }
    const wire::FrameView& view() const { return frame_.view(); }
    std::uint64_t* claimed() { return &frame_.claimed(); }
    std::int64_t number() const { return number_; }
    std::list<std::shared_ptr<Item>>::iterator place;

   private:
    void ended() override { over_->push_back(place); }
    void swap() noexcept {
      runner_->context_->swap(state_, runner_->parts_.stage->meta);
      std::swap(runner_->item_, number_);
    }

    NodeRunner* runner_;  // all that is used when the item is over, by coroutines that it left behind
    std::vector<std::list<std::shared_ptr<Item>>::iterator>* over_;
    NodeContext::InHand state_;
    channel::KeptFrame frame_;
    std::int64_t number_ = -1;
  };

  bool stopping() const { return !takes_ || context_->stopping(); }
  bool wants_more() const { return !stopping() && in_hand_.size() < most_; }
  bool done() const { return in_hand_.empty() && stopping(); }

  void step();
  bool take();
  void settle();
  void settle(Item& item);
  void wait();
  void cancel();
  void fail(std::int64_t number, const std::exception_ptr& error) noexcept;
  asio::awaitable<void> attend(Item& item);
  asio::awaitable<bool> try_again(Item& item, int tried, std::exception_ptr error);

  NodeRunner* runner_;
  NodeContext* context_;
  channel::InPort* input_;
  EventLoop* loop_;
  std::size_t most_ = 1;
  bool takes_ = true;  // neither is the input at its end nor has the stage to end
  bool cancelled_ = false;
  bool failed_ = false;
  std::list<std::shared_ptr<Item>> in_hand_;
  std::vector<std::list<std::shared_ptr<Item>>::iterator> over_;  // of them; still to be settled
};

bool NodeRunner::consume_async() noexcept {
  std::optional<Async> items;
  return guarded("setup", [&] { items.emplace(*this); }) && items && items->run();
}

void NodeRunner::Async::step() {
  if (loop_->ready()) {
    input_->come_back();  // perhaps it was woken for an item all the same
    loop_->run_ready();
  }
  settle();
  if (const auto stray = loop_->take_stray()) std::rethrow_exception(stray);
  if (!cancelled_ && context_->must_end()) cancel();
  if (!wants_more() || !take()) wait();
}

bool NodeRunner::Async::take() {
  const auto frame = input_->take();
  if (!frame) return false;
  struct Release {
    channel::InPort& input;
    const channel::Frame& frame;
    ~Release() { input.release(frame); }
  } release{*input_, *frame};
  const auto item = std::make_shared<Item>(*this, *frame);
  std::list<std::shared_ptr<Item>> made{item};
  item->place = made.begin();
  const Turn turn{*item};
  runner_->take_in_hand(item->view());
  item->begin(attend(*item));
  in_hand_.splice(in_hand_.end(), made);  // cannot fail: what has begun is in hand
  return true;
}

void NodeRunner::Async::wait() {
  const auto news = [this] { return loop_->ready() || (!cancelled_ && context_->must_end()); };
  if (wants_more() && input_->ended()) takes_ = false;
  if (done()) return;
  if (!wants_more()) {
    if (stopping()) input_->come_back();
    memory::park(context_->cell(), news);
    return;
  }
  if (in_hand_.empty()) context_->enter(Phase::starving, input_->inbox());
  input_->wait(context_->cell(), [&] { return news() || context_->stopping(); });
}

void NodeRunner::Async::settle() {
  for (const auto place : std::exchange(over_, {})) {
    const auto item = *place;
    in_hand_.erase(place);
    settle(*item);
  }
}

void NodeRunner::Async::settle(Item& item) {
  if (context_->ordered()) context_->item_done(item.view().tags);
  if (!item.error() || item.cancelled()) return;
  if (is_stopped(item.error())) {
    takes_ = false;  // as when the call of another stage ends so: it is the last one
  } else {
    fail(item.number(), item.error());
  }
}

void NodeRunner::Async::cancel() {
  cancelled_ = true;
  takes_ = false;
  for (const auto& item : in_hand_) item->cancel();
}

void NodeRunner::Async::fail(std::int64_t number, const std::exception_ptr& error) noexcept {
  if (!std::exchange(failed_, true)) {
    runner_->item_ = number;
    runner_->fail("process", message_of(error));
  }
  if (!cancelled_) cancel();
}

/// One item from its first try to its last.
asio::awaitable<void> NodeRunner::Async::attend(Item& item) {
  const Parts& parts = runner_->parts_;
  const bool holds = parts.policy != detail::ErrorPolicy::Kind::abort;
  for (int tried = 1;; ++tried) {
    if (item.cancelled()) throw Stopped{};
    std::exception_ptr error;
    context_->hold(holds);
    try {
      detail::Reader reader{item.view().value, item.view().blocks, holds ? nullptr : item.claimed()};
      co_await parts.type->async->begin(*parts.stage, reader);
    } catch (...) {
      error = std::current_exception();
    }
    context_->hold(false);
    if (!error) {
      context_->commit_held();
      co_return;
    }
    context_->drop_held();
    if (!holds || item.cancelled() || is_stopped(error)) std::rethrow_exception(error);
    if (!co_await try_again(item, tried, error)) co_return;
  }
}

/// What the error policy says: false when the item is given up.
asio::awaitable<bool> NodeRunner::Async::try_again(Item& item, int tried, std::exception_ptr error) {
  const std::string message = message_of(error);
  const Verdict verdict = runner_->decide(item.view(), tried, message);
  if (verdict == Verdict::abort) throw std::runtime_error{message};
  if (verdict == Verdict::skip) co_return false;
  if (const auto pause = runner_->back_off(tried); pause.count() > 0) {
    asio::steady_timer timer{co_await asio::this_coro::executor, pause};
    co_await timer.async_wait(asio::use_awaitable);
  }
  runner_->parts_.stage->meta.assign(item.view().meta);
  co_return true;
}

}  // namespace mpyx::runtime
