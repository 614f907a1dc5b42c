#include <cmath>
#include <map>
#include <numeric>

#include "wiring_fixture.hpp"

namespace mpyx {
namespace {

TEST_F(WiringTest, QueueKeepsTheOrderOfOnePutter) {
  Queue<int> queue{4};
  for (int i = 0; i < 4; ++i) queue.put(i);
  EXPECT_EQ(queue.size(), 4U);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(queue.get(), i);
  EXPECT_TRUE(queue.empty());
}

TEST_F(WiringTest, PutsAndGetsWithALimitGiveUp) {
  Queue<int> queue{2};
  EXPECT_EQ(queue.get(0s), std::nullopt);
  EXPECT_EQ(queue.get(2ms), std::nullopt);
  EXPECT_TRUE(queue.put(1, 0s));
  EXPECT_TRUE(queue.put(2, 1h));
  EXPECT_FALSE(queue.put(3, 0s));
  EXPECT_FALSE(queue.put(3, std::chrono::duration<double>{0.002}));
  EXPECT_EQ(queue.get(-1s), 1);
  EXPECT_EQ(queue.get(std::chrono::hours::max()), 2);
}

TEST_F(WiringTest, ItemsOfAnySizeGoThrough) {
  Queue<std::map<std::string, std::vector<double>>> queue;
  for (const std::size_t count : {0, 5, 200, 100'000}) {
    const std::map<std::string, std::vector<double>> item{{"a", std::vector<double>(count, 1.5)}, {"b", {2}}};
    queue.put(item);
    EXPECT_EQ(queue.get(), item);
  }
  Queue<std::array<int, 1000>> large{2};
  std::array<int, 1000> numbers;
  std::iota(numbers.begin(), numbers.end(), 0);
  large.put(numbers);
  EXPECT_EQ(large.get(), numbers);
}

TEST_F(WiringTest, WhatIsLeftInsideGoesWithTheLastHandle) {
  {
    auto queue = std::make_unique<Queue<std::string>>();
    const Queue<std::string> copy = *queue;
    queue->put(std::string(100'000, 'x'));
    queue.reset();
    EXPECT_EQ(copy.size(), 1U);
    EXPECT_GT(domain_->arena.used_bytes(), 100'000U);
  }
  EXPECT_EQ(domain_->arena.used_blocks(), own_blocks());
}

TEST_F(WiringTest, JoinWaitsUntilEverythingIsDone) {
  Queue<int> queue{8};
  queue.join();
  Stage worker{*domain_,
               [](Queue<int>& mine) {
                 for (int i = 0; i < 100; ++i) {
                   mine.get();
                   mine.task_done();
                 }
               },
               queue};
  for (int i = 0; i < 100; ++i) queue.put(i);
  queue.join();
  EXPECT_TRUE(queue.empty());
  EXPECT_THROW(queue.task_done(), Error);
  queue.put(1);
  EXPECT_FALSE(queue.join(1ms));
}

TEST_F(WiringTest, EventWakesEverybodyEvenIfItIsClearedAtOnce) {
  Event event;
  Event done;
  EXPECT_FALSE(event.is_set());
  EXPECT_FALSE(event.wait(1ms));
  const auto wait = [](Event& mine) { mine.wait(); };
  Stage first{*domain_, wait, event};
  Stage second{*domain_, wait, event};
  until_waiting(event, 2);
  event.set();
  event.clear();
  EXPECT_FALSE(first.stopped());
  EXPECT_FALSE(second.stopped());
  EXPECT_FALSE(event.is_set());
  event.set();
  event.wait();
  EXPECT_TRUE(event.wait(0s));
}

TEST_F(WiringTest, PipeGoesBothWays) {
  Pipe<int, std::string> pipe{2};
  Pipe<int, std::string>::Left left = pipe.left();
  Stage echo{*domain_,
             [](Pipe<int, std::string>::Right& right) {
               for (int i = 0; i < 10; ++i) right.put(std::to_string(right.get()));
             },
             pipe.right()};
  for (int i = 0; i < 10; ++i) {
    left.put(i);
    EXPECT_EQ(left.get(), std::to_string(i));
  }
  EXPECT_EQ(left.get(0s), std::nullopt);
}

TEST_F(WiringTest, SaysWhatItIs) {
  Queue<int> jobs;
  jobs.named("jobs");
  Event event;
  Pipe<int, double> pipe;
  pipe.named("link");
  const auto labels = detail::collect_handles([&] {
    detail::Writer count{{}};
    detail::encode(jobs, count);
    detail::encode(event, count);
    detail::encode(pipe.left(), count);
    detail::encode(pipe.right(), count);
    detail::encode(Pipe<int, int>::Left{}, count);
    EXPECT_EQ(count.size(), 5 * 24U);
  });
  ASSERT_EQ(labels.size(), 4U);
  EXPECT_EQ(labels[0], "Queue jobs (int)");
  EXPECT_EQ(labels[1].substr(0, 6), "Event ");
  EXPECT_EQ(labels[2], "Pipe link left (int, double)");
  EXPECT_EQ(labels[3], "Pipe link right (int, double)");
}

TEST_F(WiringTest, DoesNotTravelInItems) {
  Queue<Queue<int>> queue;
  EXPECT_THROW(queue.put(Queue<int>{1}), Error);
}

TEST_F(WiringTest, ImpossibleCapacitiesAreRefused) {
  EXPECT_THROW(Queue<int>{0}, Error);
  EXPECT_THROW(Queue<int>{static_cast<std::size_t>(-1)}, Error);
  EXPECT_THROW((Pipe<int, int>{0}), Error);
}

TEST_F(WiringTest, EmptyHandlesSaySo) {
  Pipe<int, int>::Left left;
  EXPECT_THROW(left.put(1), Error);
  EXPECT_THROW(left.get(), Error);
  EXPECT_THROW(left.size(), Error);
}

TEST_F(WiringTest, IsNotMadeInAStage) {
  bool refused = false;
  Stage stage{*domain_,
              [&](Event&) {
                Queue<int> empty;
                EXPECT_THROW(empty.put(1), Error);
                EXPECT_THROW(Event{}.set(), Error);
                try {
                  const Queue<int> made{3};
                } catch (const Error&) {
                  refused = true;
                }
              },
              Event{}};
  stage.join();
  EXPECT_TRUE(refused);
}

TEST(Wiring, NeedsASession) { EXPECT_THROW(Queue<int>{}, Error); }

TEST_F(WiringTest, HandlesThatNeverArriveAreTakenBack) {
  {
    Queue<int> queue;
    Pipe<int, int> pipe;
    const Sent sent{queue, pipe.left(), pipe.right()};
    EXPECT_EQ(wiring_of(queue).holders[0], 2U);
  }
  EXPECT_LE(domain_->arena.used_blocks(), own_blocks());
}

TEST_F(WiringTest, AStageIsOneHolderHoweverManyHandlesItHas) {
  Queue<int> queue;
  Stage stage{*domain_,
              [](Queue<int>& one, Queue<int>& two) {
                one.put(1);
                const Queue<int> three = two;
                EXPECT_EQ(wiring_of(three).holders[0], 2U);
                two.get();
              },
              queue, queue};
  stage.join();
  EXPECT_EQ(wiring_of(queue).holders[0], 1U);
}

TEST_F(WiringTest, ManyMayWaitAtOnce) {
  constexpr int count = 100;
  Queue<int> queue;
  std::atomic<int> sum{0};
  std::vector<std::unique_ptr<Stage<Queue<int>>>> stages;
  for (int i = 0; i < count; ++i) {
    stages.push_back(std::make_unique<Stage<Queue<int>>>(
        *domain_, [&](Queue<int>& mine) { sum += mine.get(); }, queue));
  }
  until_waiting(queue, count);
  for (int i = 1; i <= count; ++i) queue.put(i);
  stages.clear();
  EXPECT_EQ(sum, count * (count + 1) / 2);
}

}  // namespace
}  // namespace mpyx
