#include <random>

#include "../memory/child_process.hpp"
#include "wiring_fixture.hpp"

namespace mpyx {
namespace {

constexpr std::uint16_t k_child = 2;

/// What runs in a process of its own: it has its own view of the segment and the handles that were sent to it.
template <class Body, class... Handles>
int as_process(pid_t parent, int descriptor, const Sent<Handles...>& sent, Body body) {
  auto segment = memory::Segment::attach(parent, descriptor);
  memory::fences_follow(segment);
  const auto domain = std::make_shared<channel::Domain>(std::move(segment), k_child);
  channel::set_process_domain(domain);
  StageThread waiter{*domain};
  channel::set_this_waiter(&waiter);
  auto handles = sent.arrive();
  std::apply(body, handles);
  return 0;
}

class WiringDeath : public ::testing::Test {
 protected:
  WiringDeath() { channel::set_process_domain(domain_); }
  ~WiringDeath() override { channel::set_process_domain(nullptr); }

  template <class Body, class... Handles>
  memory::ChildProcess process(const Sent<Handles...>& sent, Body body) {
    return memory::ChildProcess{[&sent, body, parent = ::getpid(), descriptor = domain_->segment.fd()] {
      return as_process(parent, descriptor, sent, body);
    }};
  }
  template <class Handle>
  void repair(const Handle& handle) {
    channel::Wiring::repair(*domain_, Inside<Handle>{handle}.attachment().offset(), k_child);
  }

  std::shared_ptr<channel::Domain> domain_ = make_domain();
};

[[noreturn]] void wait_to_be_killed() {
  for (;;) ::pause();
}

TEST_F(WiringDeath, TheLockIsTakenFromTheDead) {
  Queue<int> queue;
  Event locked;
  const Sent sent{queue, locked};
  auto child = process(sent, [](Queue<int>& mine, Event& told) {
    wiring_of(mine).lock.lock(k_child);
    told.set();
    wait_to_be_killed();
  });
  locked.wait();
  std::thread putter{[&] { queue.put(5); }};  // waits for the lock
  child.kill();
  repair(queue);
  EXPECT_EQ(queue.get(1min), 5);
  putter.join();
}

TEST_F(WiringDeath, DeadWaitersAreForgotten) {
  Queue<int> queue;
  {
    const Sent sent{queue};
    auto child = process(sent, [](Queue<int>& mine) { mine.get(); });
    until_waiting(queue, 1);
    Stage second{*domain_, [](Queue<int>& mine) { EXPECT_EQ(mine.get(), 1); }, queue};
    until_waiting(queue, 2);
    child.kill();
    repair(queue);
    EXPECT_EQ(wiring_of(queue).waiters.waiting(channel::WaitTable::get_left), 1U);
    queue.put(1);
    EXPECT_FALSE(second.stopped());
  }
}

/// Short and long ones, which lie in the queue or beside it.
std::string text_of(int number) {
  return std::string(number % 3 == 0 ? 1000 : 3, static_cast<char>('a' + number % 26)) + std::to_string(number);
}

TEST_F(WiringDeath, AKillAtAnyMomentLosesNothingThatWasPut) {
  std::minstd_rand random{1};
  for (int round = 0; round < 40; ++round) {
    Queue<std::string> queue{3};
    Event started;
    const Sent sent{queue, started};
    auto child = process(sent, [](Queue<std::string>& mine, Event& told) {
      told.set();
      for (int i = 0;; ++i) mine.put(text_of(i));
    });
    started.wait();
    std::atomic<int> next{0};
    std::atomic<bool> dead{false};
    std::thread getter{[&] {
      for (;;) {
        const bool last = dead;
        const auto text = queue.get(1ms);
        if (text) {
          EXPECT_EQ(*text, text_of(next));
          ++next;
        } else if (last) {
          return;
        }
      }
    }};
    for (const auto enough = static_cast<int>(random() % 500); next < enough;) std::this_thread::yield();
    child.kill();
    repair(queue);
    domain_->arena.sweep(k_child);
    dead = true;
    getter.join();
    queue.put("again");
    EXPECT_EQ(queue.get(1min), "again");
  }
}

TEST_F(WiringDeath, AKilledGetterLosesAtMostWhatItHad) {
  std::minstd_rand random{7};
  for (int round = 0; round < 40; ++round) {
    Queue<std::string> queue{3};
    Event started;
    const Sent sent{queue, started};
    auto child = process(sent, [](Queue<std::string>& mine, Event& told) {
      told.set();
      for (;;) mine.get();
    });
    started.wait();
    std::atomic<bool> dead{false};
    std::atomic<int> put{0};
    std::thread putter{[&] {
      while (!dead) {
        if (queue.put(text_of(put), 1ms)) ++put;
      }
    }};
    for (const auto enough = static_cast<int>(random() % 500); put < enough;) std::this_thread::yield();
    child.kill();
    repair(queue);
    dead = true;
    putter.join();
    std::vector<std::string> left;
    while (auto text = queue.get(0s)) left.push_back(*text);
    for (std::size_t i = 0; i < left.size(); ++i) {
      EXPECT_EQ(left[i], text_of(put - static_cast<int>(left.size() - i)));
    }
    domain_->arena.sweep(k_child);
  }
}

}  // namespace
}  // namespace mpyx
