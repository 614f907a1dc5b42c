#include <numeric>
#include <random>

#include "wiring_fixture.hpp"

namespace mpyx {
namespace {

using Stages = std::vector<std::unique_ptr<Stage<Queue<long>>>>;

/// Several stages put and get at random with and without limits, through a queue of few places: nothing is lost or doubled.
void storm(channel::Domain& domain, std::size_t capacity, int putters, int getters, long each) {
  Queue<long> queue{capacity};
  std::atomic<long> sum{0};
  std::atomic<long> count{0};
  Stages stages;
  for (int p = 0; p < putters; ++p) {
    stages.push_back(std::make_unique<Stage<Queue<long>>>(
        domain,
        [=](Queue<long>& mine) {
          std::minstd_rand random{static_cast<unsigned>(p)};
          for (long i = 0; i < each; ++i) {
            if (random() % 3 != 0) {
              mine.put(p * each + i);
            } else {
              while (!mine.put(p * each + i, std::chrono::microseconds{random() % 50})) {
              }
            }
          }
        },
        queue));
  }
  for (int g = 0; g < getters; ++g) {
    stages.push_back(std::make_unique<Stage<Queue<long>>>(
        domain,
        [&, g](Queue<long>& mine) {
          std::minstd_rand random{static_cast<unsigned>(g) + 100};
          for (;;) {  // ends when the last putter has gone
            const auto item = random() % 3 != 0 ? mine.get() : mine.get(std::chrono::microseconds{random() % 50});
            if (!item) continue;
            sum += *item;
            ++count;
            mine.task_done();
          }
        },
        queue));
  }
  queue.close();
  stages.clear();
  const long all = putters * each;
  EXPECT_EQ(count, all);
  EXPECT_EQ(sum, all * (all - 1) / 2);
}

TEST_F(WiringTest, NothingIsLostInAStormOfOnePlace) { storm(*domain_, 1, 3, 3, 3000); }
TEST_F(WiringTest, NothingIsLostInAStormOfAFewPlaces) { storm(*domain_, 7, 2, 5, 6000); }
TEST_F(WiringTest, NothingIsLostInAStormOfManyPlaces) { storm(*domain_, 1024, 4, 2, 10'000); }

TEST_F(WiringTest, PingPongThroughAPipe) {
  Pipe<long, std::string> pipe{1};
  constexpr long rounds = 10'000;
  const auto left_end = pipe.left();  // held from here on: the other side has somebody to wait for
  Stage right{*domain_,
              [](Pipe<long, std::string>::Right& mine) {
                for (;;) mine.put(std::to_string(mine.get()));
              },
              pipe.right()};
  Stage left{*domain_,
             [](Pipe<long, std::string>::Left& mine) {
               for (long i = 0; i < rounds; ++i) {
                 mine.put(i);
                 ASSERT_EQ(mine.get(), std::to_string(i));
               }
             },
             left_end};
  EXPECT_FALSE(left.stopped());
  EXPECT_TRUE(right.stopped());
}

TEST_F(WiringTest, NoEventIsMissed) {
  Event there;
  Event back;
  constexpr int rounds = 5000;
  Stage other{*domain_,
              [](Event& in, Event& out) {
                for (int i = 0; i < rounds; ++i) {
                  in.wait();
                  in.clear();
                  out.set();
                }
              },
              there, back};
  for (int i = 0; i < rounds; ++i) {
    there.set();
    back.wait();
    back.clear();
  }
  EXPECT_FALSE(other.stopped());
}

TEST_F(WiringTest, JoinsAndPutsInRounds) {
  Queue<int> queue{4};
  const auto work = [](Queue<int>& mine) {
    for (;;) {
      mine.get();
      mine.task_done();
    }
  };
  Stage first{*domain_, work, queue};
  Stage second{*domain_, work, queue};
  for (int round = 0; round < 1000; ++round) {
    for (int i = 0; i < 10; ++i) queue.put(i);
    queue.join();
    ASSERT_TRUE(queue.empty());
  }
  queue.close();
}

TEST_F(WiringTest, StopsAtAnyMoment) {
  for (unsigned round = 0; round < 200; ++round) {
    Queue<std::vector<int>> queue{2};
    const auto put = [](Queue<std::vector<int>>& mine) {
      for (;;) mine.put(std::vector<int>(100));
    };
    const auto get = [](Queue<std::vector<int>>& mine) {
      for (;;) mine.get();
    };
    Stage putter{*domain_, put, queue};
    Stage getter{*domain_, get, queue};
    Stage third{*domain_, get, queue};
    std::minstd_rand random{round};
    for (auto i = random() % 100; i != 0; --i) queue.get(1ms);  // some items
    putter.stop();
    third.stop();
    getter.stop();
    EXPECT_TRUE(putter.stopped() && getter.stopped() && third.stopped());
  }
}

TEST_F(WiringTest, HandlesComeAndGo) {
  Queue<int> queue;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        Queue<int> copy = queue;
        const Sent sent{copy};
        if (i % 2 == 0) auto arrived = sent.arrive();
        copy.put(t, 0s);
        copy.get(0s);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  if (away != nullptr) away->settle();
  EXPECT_EQ(wiring_of(queue).holders[0], 1U);
}

}  // namespace
}  // namespace mpyx
