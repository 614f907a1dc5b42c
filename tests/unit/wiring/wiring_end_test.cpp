#include <optional>

#include "wiring_fixture.hpp"

namespace mpyx {
namespace {

const auto get = [](Queue<int>& mine) { mine.get(); };

TEST_F(WiringTest, EveryWaitOfAStageEndsWhenItStops) {
  Queue<int> empty;
  Queue<int> full{1};
  full.put(1);
  Event event;
  Stage getter{*domain_, get, empty};
  Stage limited{*domain_, [](Queue<int>& mine) { mine.get(1h); }, empty};
  Stage putter{*domain_, [](Queue<int>& mine) { mine.put(2); }, full};
  Stage joiner{*domain_, [](Queue<int>& mine) { mine.join(); }, full};
  Stage waiter{*domain_, [](Event& mine) { mine.wait(); }, event};
  until_waiting(empty, 2);
  until_waiting(full, 2);
  until_waiting(event, 1);
  getter.stop();
  limited.stop();
  putter.stop();
  joiner.stop();
  waiter.stop();
  EXPECT_TRUE(getter.stopped() && limited.stopped() && putter.stopped() && joiner.stopped() && waiter.stopped());
}

TEST_F(WiringTest, AStoppedStageMayNotEvenStartAWait) {
  Queue<int> queue;
  queue.put(1);
  std::atomic<bool> told{false};
  Stage stage{*domain_,
              [&](Queue<int>& mine) {
                while (!told) std::this_thread::yield();
                mine.get();
              },
              queue};
  stage.stop();
  told = true;
  EXPECT_TRUE(stage.stopped());
  EXPECT_EQ(queue.size(), 1U);
}

TEST_F(WiringTest, GettersEndWhenTheLastPutterHasGone) {
  Queue<int> queue;
  std::atomic<int> got{0};
  const auto work = [&](Queue<int>& mine) {
    for (;;) {
      mine.get();
      ++got;
    }
  };
  Stage first{*domain_, work, queue};
  Stage second{*domain_, work, queue};
  Stage feeder{*domain_,
               [](Queue<int>& mine) {
                 for (int i = 0; i < 1000; ++i) mine.put(i);
               },
               queue};
  queue.close();
  EXPECT_TRUE(first.stopped());
  EXPECT_TRUE(second.stopped());
  EXPECT_EQ(got, 1000);
}

TEST_F(WiringTest, StagesWaitForMainAsLongAsItHoldsAHandle) {
  std::optional<Queue<int>> queue{std::in_place};
  const Inside<Queue<int>> inside{*queue};
  Stage getter{*domain_, get, *queue};
  until_waiting(*queue, 1);
  queue->put(1);
  EXPECT_FALSE(getter.stopped());
}

TEST_F(WiringTest, GettersEndWhenMainDestroysTheLastHandle) {
  std::optional<Queue<int>> queue{std::in_place};
  Stage getter{*domain_, get, *queue};
  until_waiting(*queue, 1);
  queue.reset();
  EXPECT_TRUE(getter.stopped());
}

TEST_F(WiringTest, MainIsToldWhenAllStagesHaveGone) {
  Queue<int> queue;
  std::atomic<bool> end{false};
  Stage stage{*domain_,
              [&](Queue<int>& mine) {
                mine.put(1);
                while (!end) std::this_thread::yield();
              },
              queue};
  EXPECT_EQ(queue.get(), 1);
  std::thread later{[&] {
    until_waiting(queue, 1);
    end = true;
  }};
  EXPECT_THROW(queue.get(), Error);
  later.join();
  EXPECT_THROW(queue.get(), Error);
  EXPECT_EQ(queue.get(1ms), std::nullopt);
}

TEST_F(WiringTest, ThreadsOfMainWaitForEachOther) {
  Queue<int> queue;
  { const Sent never_arrives{queue}; }  // a stage had it once
  int got = 0;
  std::thread getter{[&] { got = queue.get(); }};
  until_waiting(queue, 1);
  queue.put(7);
  getter.join();
  EXPECT_EQ(got, 7);
}

TEST_F(WiringTest, WhoeverWaitsForEachOtherEnds) {
  Queue<int> queue;
  Stage joiner{*domain_,
               [](Queue<int>& mine) {
                 mine.put(1);
                 mine.join();
               },
               queue};
  Stage forgetful{*domain_,
                  [](Queue<int>& mine) {
                    mine.get();  // and no task_done()
                    mine.get();
                  },
                  queue};
  queue.close();
  EXPECT_TRUE(joiner.stopped());
  EXPECT_TRUE(forgetful.stopped());
}

TEST_F(WiringTest, AWaitWithALimitIsNoDeadlock) {
  Queue<int> queue;
  Event ready;
  Stage patient{*domain_, get, queue};
  Stage busy{*domain_,
             [&](Queue<int>& mine, Event& told) {
               while (!told.is_set()) mine.get(1ms);
               mine.put(1);
             },
             queue, ready};
  queue.close();
  until_waiting(queue, 1);
  ready.set();
  EXPECT_FALSE(patient.stopped());
}

TEST_F(WiringTest, APipeEndsWithItsOtherEnd) {
  Pipe<int, int> pipe;
  Stage right{*domain_,
              [](Pipe<int, int>::Right& mine) {
                EXPECT_EQ(mine.get(), 1);
                EXPECT_EQ(mine.get(), 2);
                mine.get();
              },
              pipe.right()};
  Stage left{*domain_,
             [](Pipe<int, int>::Left& mine) {
               mine.put(1);
               mine.put(2);
             },
             pipe.left()};
  EXPECT_FALSE(left.stopped());
  EXPECT_TRUE(right.stopped());
}

TEST_F(WiringTest, AFullPipeEndsWithItsOtherEnd) {
  Pipe<int, int> pipe{1};
  std::optional<Pipe<int, int>::Right> right{pipe.right()};
  Stage left{*domain_,
             [](Pipe<int, int>::Left& mine) {
               for (;;) mine.put(1);
             },
             pipe.left()};
  EXPECT_EQ(right->get(), 1);
  right.reset();
  EXPECT_TRUE(left.stopped());
}

/// Of two stages that do this one is served; it lets its handle be until the other's wait has ended.
template <class Call>
auto one_of_two(std::atomic<int>& ended, Call call) {
  return [&ended, call](auto& mine) {
    try {
      call(mine);
    } catch (const Stopped&) {
      ++ended;
      throw;
    }
    const auto patience = std::chrono::steady_clock::now() + 5s;
    while (ended == 0 && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
    EXPECT_EQ(ended, 1);
  };
}

TEST_F(WiringTest, APipeEndsForThoseForWhomNothingIsLeft) {
  for (int round = 0; round < 20 && !HasFailure(); ++round) {
    Pipe<int, int> pipe;
    auto left = pipe.left();
    std::atomic<int> ended{0};
    const auto getting = one_of_two(ended, [](Pipe<int, int>::Right& mine) { mine.get(); });
    Stage first{*domain_, getting, pipe.right()};
    Stage second{*domain_, getting, pipe.right()};
    until_waiting(left, 2);
    left.put(1);
    left.close();  // mostly before the one that was woken has got it
    EXPECT_NE(first.stopped(), second.stopped());
  }
}

TEST_F(WiringTest, AFullPipeEndsForThoseForWhomThereIsNoRoom) {
  for (int round = 0; round < 20 && !HasFailure(); ++round) {
    Pipe<int, int> pipe{1};
    auto left = pipe.left();
    auto right = pipe.right();
    left.put(1);
    std::atomic<int> ended{0};
    const auto putting = one_of_two(ended, [](Pipe<int, int>::Left& mine) { mine.put(2); });
    Stage first{*domain_, putting, left};
    Stage second{*domain_, putting, left};
    until_waiting(left, 2);
    right.get();
    right.close();
    EXPECT_NE(first.stopped(), second.stopped());
  }
}

TEST_F(WiringTest, MainKeepsTheEndThatItUses) {
  Pipe<int, int> pipe;
  auto left = pipe.left();
  { const Sent lent{left}; }
  EXPECT_EQ(wiring_of(left).holders[0], 0U);
  left.put(3);
  EXPECT_EQ(wiring_of(left).holders[0], 1U);
  Stage right{*domain_, [](Pipe<int, int>::Right& mine) { mine.put(mine.get() + 1); }, pipe.right()};
  EXPECT_EQ(left.get(), 4);
  EXPECT_THROW(left.get(), Error);
  left.close();
  EXPECT_THROW(left.put(1), Error);
}

TEST_F(WiringTest, AnEventNobodyCanSetEndsTheWait) {
  std::optional<Event> event{std::in_place};
  Stage first{*domain_, [](Event& mine) { mine.wait(); }, *event};
  Stage second{*domain_, [](Event& mine) { mine.wait(); }, *event};
  until_waiting(*event, 1);
  event.reset();
  EXPECT_TRUE(first.stopped());
  EXPECT_TRUE(second.stopped());
}

}  // namespace
}  // namespace mpyx
