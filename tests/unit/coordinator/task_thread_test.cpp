#include "coordinator/task_thread.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <utility>

namespace mpyx::coordinator {
namespace {

TEST(TaskThread, WhatItForgetsIsGoneOnceItHasEnded) {
  using namespace std::chrono_literals;
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  std::promise<void> begun, go_on;
  TaskThread thread;
  thread.add([&] {
    begun.set_value();
    go_on.get_future().wait();
  });
  thread.add([held = std::exchange(held, nullptr)] {});
  begun.get_future().wait();
  const auto ended = std::async(std::launch::async, [&] { thread.end(); });
  EXPECT_EQ(ended.wait_for(20ms), std::future_status::timeout) << "the call in hand is finished";
  EXPECT_FALSE(watched.expired());
  go_on.set_value();
  ended.wait();
  EXPECT_TRUE(watched.expired());
}

TEST(TaskThread, ACallMayAddAnotherFromWhatItHolds) {
  std::promise<void> done;
  auto ended = done.get_future();
  TaskThread thread;
  auto adds = std::shared_ptr<int>(new int, [&](const int* number) {
    delete number;
    thread.add([&] { done.set_value(); });
  });
  thread.add([adds = std::exchange(adds, nullptr)] {});
  EXPECT_EQ(ended.wait_for(std::chrono::seconds{10}), std::future_status::ready);
}

}  // namespace
}  // namespace mpyx::coordinator
