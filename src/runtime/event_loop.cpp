#include "runtime/event_loop.hpp"

#include <boost/asio/co_spawn.hpp>

#include <utility>

namespace mpyx::runtime {

namespace asio = boost::asio;

namespace {

template <class Fn>
struct JobOf : EventLoop::Job {
  explicit JobOf(Fn function) : fn{std::move(function)} {}
  void run() override { std::move(fn)(); }
  Fn fn;
};

/// What coroutines see as this_coro::executor: I/O objects made with it belong to the loop's io_context, functions run on the
/// stage's thread in the surroundings of the call.
class CallExecutor {
 public:
  explicit CallExecutor(std::shared_ptr<Call> call) noexcept : call_{std::move(call)} {}

  asio::execution_context& query(asio::execution::context_t) const noexcept { return call_->loop().context(); }
  static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept {
    return asio::execution::blocking.never;
  }
  template <class Fn>
  void execute(Fn fn) const {
    call_->loop().push(call_, std::make_unique<JobOf<Fn>>(std::move(fn)));
  }
  friend bool operator==(const CallExecutor&, const CallExecutor&) noexcept = default;

 private:
  std::shared_ptr<Call> call_;
};

}  // namespace

/// What the coroutine does last. It has a slot of its own rather than by bind_cancellation_slot(): with that, co_spawn() would
/// keep a copy of the executor in the slot, and so the call, which owns the signal, would own itself.
struct Call::End {
  using cancellation_slot_type = asio::cancellation_slot;
  std::shared_ptr<Call> call;

  cancellation_slot_type get_cancellation_slot() const noexcept { return call->signal_.slot(); }
  void operator()(std::exception_ptr error) const {
    call->error_ = std::move(error);
    call->over_ = true;
    call->ended();
  }
};

void Call::begin(asio::awaitable<void> coroutine) {
  const auto self = shared_from_this();
  asio::co_spawn(CallExecutor{self}, std::move(coroutine), End{self});
}

void Call::cancel() {
  if (!std::exchange(cancelled_, true) && has_stepped_) signal_.emit(asio::cancellation_type::terminal);
}

/// Boost 1.81's co_spawn() never calls its handler when it is cancelled before its first step, so that is told afterwards.
void Call::stepped() {
  if (!std::exchange(has_stepped_, true) && cancelled_) signal_.emit(asio::cancellation_type::terminal);
}

EventLoop::EventLoop(memory::WaitCell& cell)
    : cell_{&cell}, io_{1}, work_{io_.get_executor()}, thread_{[this] { io_.run(); }} {}

void EventLoop::push(std::shared_ptr<Call> call, std::unique_ptr<Job> job) {
  Queued queued{std::move(call), std::move(job)};  // if it is dropped, then without the lock: that may push again
  const std::lock_guard lock{mutex_};
  if (closed_) return;
  queue_.push_back(std::move(queued));
  if (queue_.size() > 1) return;
  any_.store(true, std::memory_order_release);
  memory::interrupt(*cell_);
}

void EventLoop::run_ready() {
  if (next_ == batch_.size()) {
    batch_.clear();
    next_ = 0;
    const std::lock_guard lock{mutex_};
    batch_.swap(queue_);
    any_.store(false, std::memory_order_relaxed);
  }
  while (next_ < batch_.size()) {
    Queued queued = std::move(batch_[next_++]);
    run(queued);
  }
}

void EventLoop::run(Queued& queued) {
  const Turn turn{*queued.call};
  running_ = true;
  try {
    queued.job->run();
  } catch (...) {
    if (!stray_) stray_ = std::current_exception();
  }
  queued.call->stepped();
  queued.job.reset();  // inside the turn: it may destroy what the coroutine held
  running_ = false;
}

void EventLoop::close() noexcept {
  if (!thread_.joinable()) return;
  io_.stop();
  thread_.join();
  std::vector<Queued> rest;
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    rest.swap(queue_);
  }
  rest.clear();
  batch_.clear();
  next_ = 0;
  work_.reset();
  io_.shutdown();
}

}  // namespace mpyx::runtime
