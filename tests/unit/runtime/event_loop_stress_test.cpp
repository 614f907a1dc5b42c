#include <gtest/gtest.h>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <memory>
#include <vector>

#include "runtime/event_loop.hpp"

namespace mpyx::runtime {
namespace {

namespace asio = boost::asio;

/// Goes to a pool of threads and back, and counts without a lock where it is on the stage's thread.
asio::awaitable<void> hops(asio::thread_pool& pool, long& count, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    co_await asio::post(pool, asio::use_awaitable);
    ++count;
    if (i % 16 == 0) {
      asio::steady_timer timer{co_await asio::this_coro::executor, std::chrono::microseconds{i}};
      co_await timer.async_wait(asio::use_awaitable);
    }
    ++count;
  }
}

TEST(EventLoopStress, CompletionsOfManyThreadsReachTheStagesThread) {
  asio::thread_pool pool{3};
  for (int round = 0; round < 10; ++round) {
    memory::WaitCell cell{};
    const auto loop = std::make_shared<EventLoop>(cell);
    long count = 0;
    std::vector<std::shared_ptr<Call>> calls;
    for (int i = 0; i < 50; ++i) {
      calls.push_back(std::make_shared<Call>(loop));
      calls.back()->begin(hops(pool, count, 200));
    }
    for (const auto& call : calls) {
      while (!call->over()) {
        memory::park(cell, [&] { return loop->ready(); });
        loop->run_ready();
      }
      EXPECT_FALSE(call->error());
    }
    EXPECT_EQ(count, 50 * 200 * 2);
    loop->close();
  }
}

TEST(EventLoopStress, CloseWhileOthersComplete) {
  asio::thread_pool pool{2};
  for (int round = 0; round < 200; ++round) {
    auto cell = std::make_unique<memory::WaitCell>();
    const auto loop = std::make_shared<EventLoop>(*cell);
    long count = 0;
    std::vector<std::shared_ptr<Call>> calls;
    for (int i = 0; i < 8; ++i) {
      calls.push_back(std::make_shared<Call>(loop));
      calls.back()->begin(hops(pool, count, 4));
    }
    for (int i = 0; i < round % 7; ++i) loop->run_ready();
    // What the pool completes from now on is dropped; the stage waits for its calls before, so nothing is lost there.
    loop->close();
    cell.reset();
  }
  pool.join();
}

}  // namespace
}  // namespace mpyx::runtime
