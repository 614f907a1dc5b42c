#include "runtime/event_loop.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace mpyx::runtime {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct EventLoopTest : testing::Test {
  memory::WaitCell cell{};
  std::shared_ptr<EventLoop> loop = std::make_shared<EventLoop>(cell);

  ~EventLoopTest() override { loop->close(); }

  std::shared_ptr<Call> begin(asio::awaitable<void> coroutine) {
    auto call = std::make_shared<Call>(loop);
    call->begin(std::move(coroutine));
    return call;
  }
  void finish(Call& call) {
    while (!call.over()) {
      memory::park(cell, [&] { return loop->ready(); });
      loop->run_ready();
    }
  }
  void run_all(int rounds = 20) {
    for (int i = 0; i < rounds; ++i) loop->run_ready();
  }
};

asio::awaitable<void> sleep(std::chrono::nanoseconds duration) {
  asio::steady_timer timer{co_await asio::this_coro::executor, duration};
  co_await timer.async_wait(asio::use_awaitable);
}

TEST_F(EventLoopTest, RunsCoroutinesOnTheThreadThatCallsRunReady) {
  std::vector<std::thread::id> threads;
  const auto call = begin([](auto& seen) -> asio::awaitable<void> {
    seen.push_back(std::this_thread::get_id());
    co_await sleep(1ms);
    seen.push_back(std::this_thread::get_id());
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    seen.push_back(std::this_thread::get_id());
  }(threads));
  EXPECT_TRUE(threads.empty()) << "before run_ready()";
  finish(*call);
  EXPECT_EQ(threads, std::vector<std::thread::id>(3, std::this_thread::get_id()));
  EXPECT_FALSE(call->error());
}

TEST_F(EventLoopTest, WakesTheCellOnceATimerHasEnded) {
  const auto call = begin(sleep(20ms));
  run_all();
  EXPECT_TRUE(memory::park(cell, now_ns() + 60'000'000'000, [&] { return loop->ready(); }));
  finish(*call);
}

TEST_F(EventLoopTest, IsNotReadyWhileATimerRuns) {
  const auto call = begin(sleep(1h));
  run_all();
  EXPECT_FALSE(call->over());
  EXPECT_FALSE(loop->ready());
  call->cancel();
  finish(*call);
}

TEST_F(EventLoopTest, GivesTheExceptionOfACoroutineToItsCall) {
  const auto call = begin([]() -> asio::awaitable<void> {
    co_await sleep(1us);
    throw std::runtime_error("seen");
  }());
  finish(*call);
  ASSERT_TRUE(call->error());
  EXPECT_THROW(std::rethrow_exception(call->error()), std::runtime_error);
  EXPECT_FALSE(loop->take_stray());
}

TEST_F(EventLoopTest, CancelEndsAWaitAndEveryLaterOne) {
  int ended = 0;
  const auto call = begin([](int& count) -> asio::awaitable<void> {
    for (int i = 0; i < 3; ++i) {
      try {
        co_await sleep(1h);
      } catch (const boost::system::system_error& error) {
        count += error.code() == asio::error::operation_aborted;
      }
    }
  }(ended));
  run_all();
  EXPECT_FALSE(call->over());
  call->cancel();
  call->cancel();
  finish(*call);
  EXPECT_EQ(ended, 3);
}

TEST_F(EventLoopTest, CancelBeforeTheFirstStepIsSeenAtTheFirstWait) {
  const auto call = begin(sleep(1h));
  call->cancel();
  finish(*call);
  EXPECT_TRUE(call->error());
}

struct Surrounded : Call {
  explicit Surrounded(std::shared_ptr<EventLoop> loop, std::vector<int>& steps, int number)
      : Call{std::move(loop)}, steps_{&steps}, number_{number} {}
  void enter() noexcept override { steps_->push_back(number_); }
  void leave() noexcept override { steps_->push_back(-number_); }

 private:
  std::vector<int>* steps_;
  int number_;
};

TEST_F(EventLoopTest, EntersTheCallAroundEachOfItsSteps) {
  std::vector<int> steps;
  const auto step = [](std::vector<int>& seen) -> asio::awaitable<void> {
    seen.push_back(0);
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    seen.push_back(0);
  };
  const auto first = std::make_shared<Surrounded>(loop, steps, 1),
             second = std::make_shared<Surrounded>(loop, steps, 2);
  first->begin(step(steps));
  second->begin(step(steps));
  finish(*first);
  finish(*second);
  int inside = 0, zeros = 0;
  for (const int each : steps) {
    zeros += each == 0;
    if (each == 0) {
      EXPECT_NE(inside, 0);
    } else {
      EXPECT_TRUE(each > 0 ? inside == 0 : inside == -each);
      inside = each > 0 ? each : 0;
    }
  }
  EXPECT_EQ(zeros, 4);
}

TEST_F(EventLoopTest, KeepsAnExceptionThatLeftAFunctionOfNoCall) {
  std::optional<asio::any_io_executor> executor;
  const auto call =
      begin([](auto& out) -> asio::awaitable<void> { out = co_await asio::this_coro::executor; }(executor));
  finish(*call);
  bool ran = false;
  asio::post(*executor, [] { throw std::logic_error("stray"); });
  asio::post(*executor, [&] { ran = true; });
  run_all();
  EXPECT_TRUE(ran);
  const auto stray = loop->take_stray();
  ASSERT_TRUE(stray);
  EXPECT_THROW(std::rethrow_exception(stray), std::logic_error);
  EXPECT_FALSE(loop->take_stray());
}

struct Guard {
  int& count;
  ~Guard() { ++count; }
};

TEST_F(EventLoopTest, CloseDestroysCoroutinesThatWaitOrHaveNotBegun) {
  int destroyed = 0;
  const auto wait = [](int& count, bool nested) -> asio::awaitable<void> {
    const Guard guard{count};
    if (nested) asio::co_spawn(co_await asio::this_coro::executor, sleep(1h), asio::detached);
    co_await sleep(1h);
  };
  const auto waits = begin(wait(destroyed, true));
  run_all();
  const auto not_begun = begin([](Guard) -> asio::awaitable<void> { co_return; }(Guard{destroyed}));
  loop->close();
  EXPECT_FALSE(waits->over());
  EXPECT_GE(destroyed, 2);
}

TEST_F(EventLoopTest, TimersOutliveClose) {
  std::optional<asio::steady_timer> timer;
  const auto call =
      begin([](auto& out) -> asio::awaitable<void> { out.emplace(co_await asio::this_coro::executor, 1h); }(timer));
  finish(*call);
  loop->close();
  timer.reset();
}

TEST_F(EventLoopTest, DropsWhatIsPushedAfterClose) {
  std::optional<asio::any_io_executor> executor;
  const auto call =
      begin([](auto& out) -> asio::awaitable<void> { out = co_await asio::this_coro::executor; }(executor));
  finish(*call);
  loop->close();
  const auto held = std::make_shared<int>(1);
  asio::post(*executor, [held] { FAIL(); });
  EXPECT_EQ(held.use_count(), 1);
  loop->run_ready();
}

}  // namespace
}  // namespace mpyx::runtime
