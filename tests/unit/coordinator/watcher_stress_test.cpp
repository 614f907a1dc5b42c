#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "coordinator/watcher.hpp"

namespace mpyx::coordinator {
namespace {

/// Counts who lives, and that nobody is asked by two at once.
class Counted : public Watched {
 public:
  explicit Counted(std::atomic<int>& alive) : alive_{alive} { alive_.fetch_add(1); }
  ~Counted() override { alive_.fetch_sub(1); }
  std::string table(std::int64_t, std::int64_t) override { return look(); }
  std::string summary(std::int64_t) override { return look() + "!"; }
  std::string stall(std::int64_t, std::int64_t, bool) override { return look(); }

 private:
  std::string look() {
    EXPECT_FALSE(in_hand_.exchange(true));
    in_hand_.store(false);
    return "x";
  }
  std::atomic<int>& alive_;
  std::atomic<bool> in_hand_{false};
};

TEST(WatcherStress, RunsComeGoAndAreWatchedFromManyThreads) {
  std::atomic<int> alive{0}, summaries{0};
  const auto print = [&](std::string_view text) { summaries.fetch_add(text.back() == '!'); };
  Watcher watcher{print, [](std::string_view) {}, 40'000'000};
  constexpr int threads = 4, runs = 500;
  std::vector<std::thread> users;
  for (int t = 0; t < threads; ++t) {
    users.emplace_back([&, t] {
      for (int i = 0; i < runs; ++i) {
        const auto run = static_cast<std::uint64_t>(t * runs + i);
        watcher.add(run, std::make_unique<Counted>(alive), i % 2 == 0 ? 100'000 : 0);
        if (i % 3 == 0) watcher.watch(run, 50'000);
        if (i % 6 == 0) watcher.watch(run, 0);
        if (i % 5 == 0) std::this_thread::yield();
        watcher.ended(run);
        if (i % 7 != 0) watcher.settle(run);
      }
    });
  }
  for (auto& user : users) user.join();
  watcher.close();
  EXPECT_EQ(alive.load(), 0);
  // even numbers and multiples of 3, but for multiples of 6
  EXPECT_EQ(summaries.load(), threads * (runs / 2 + runs / 3 + 1 - 2 * (runs / 6 + 1)));
}

}  // namespace
}  // namespace mpyx::coordinator
