#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "memory/wait.hpp"

namespace mpyx::runtime {

class EventLoop;

/// One coroutine that a stage has begun, with everything that it has begun in turn. Used on the stage's thread.
class Call : public std::enable_shared_from_this<Call> {
 public:
  explicit Call(std::shared_ptr<EventLoop> loop) : loop_{std::move(loop)} {}
  virtual ~Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  void begin(boost::asio::awaitable<void> coroutine);
  /// Its present wait ends with operation_aborted, and every later one.
  void cancel();
  bool cancelled() const { return cancelled_; }
  bool over() const { return over_; }
  /// What it ended with; null: it returned.
  const std::exception_ptr& error() const { return error_; }
  EventLoop& loop() const { return *loop_; }
  /// By the loop, after each of its steps.
  void stepped();

  /// Around each of its resumptions.
  virtual void enter() noexcept {}
  virtual void leave() noexcept {}

 protected:
  virtual void ended() {}

 private:
  struct End;

  std::shared_ptr<EventLoop> loop_;
  boost::asio::cancellation_signal signal_;
  bool has_stepped_ = false;
  bool cancelled_ = false;
  bool over_ = false;
  std::exception_ptr error_;
};

/// Enters a call, and leaves it at the end of the block.
class Turn {
 public:
  explicit Turn(Call& call) : call_{&call} { call.enter(); }
  ~Turn() { call_->leave(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Call* call_;
};

/// Where the coroutines of one stage run.
///
///     the stage's thread                                          the loop's own thread
///     run_ready(): resumes coroutines      --- timer, socket --->  io_context::run(): waits in the kernel
///       ^ queue, and a wake-up of the stage's cell <------------   completions
///
/// So the stage's thread waits at its cell only, where an item, room, a stop and a completion wake it alike; nobody polls,
/// and what the stage's coroutines touch is touched by one thread. The executor that they see (this_coro::executor) belongs
/// to the io_context and hands functions to the queue.
class EventLoop {
 public:
  /// A function for the stage's thread.
  struct Job {
    virtual ~Job() = default;
    virtual void run() = 0;
  };

  explicit EventLoop(memory::WaitCell& cell);
  ~EventLoop() = default;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs what is in the queue now. By the stage's thread, like all but push().
  void run_ready();
  bool ready() const noexcept { return next_ < batch_.size() || any_.load(std::memory_order_acquire); }
  bool running() const noexcept { return running_; }
  /// An exception that left a function other than a call, which nobody else would see; null mostly.
  std::exception_ptr take_stray() noexcept { return std::exchange(stray_, nullptr); }
  /// From any thread; after close() the job is dropped.
  void push(std::shared_ptr<Call> call, std::unique_ptr<Job> job);
  /// Ends the thread and destroys every coroutine that is left. Sockets and timers stay valid until this object goes. Its
  /// owner calls it in any case: executors share the object, and the loop's thread cannot be the one that ends it.
  void close() noexcept;
  boost::asio::io_context& context() noexcept { return io_; }

 private:
  struct Queued {
    std::shared_ptr<Call> call;
    std::unique_ptr<Job> job;
  };
  struct Context : boost::asio::io_context {
    using execution_context::shutdown;
    using io_context::io_context;
  };

  void run(Queued& queued);

  memory::WaitCell* cell_;
  std::mutex mutex_;  // guards queue_ and closed_; held while the cell is woken, which is gone soon after close()
  std::vector<Queued> queue_;
  bool closed_ = false;
  std::atomic<bool> any_{false};  // queue_ is not empty; release, partner: ready()'s acquire
  std::vector<Queued> batch_;     // taken from the queue; next_ is the first that has not run
  std::size_t next_ = 0;
  bool running_ = false;
  std::exception_ptr stray_;
  Context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace mpyx::runtime
