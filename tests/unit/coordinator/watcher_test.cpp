#include "coordinator/watcher.hpp"

#include <gtest/gtest.h>
#include <mpyx/error.hpp>

#include <condition_variable>
#include <cstdlib>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace mpyx::coordinator {
namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t hour = 3'600'000 * ms;

/// What was printed; a thread can wait for it.
class Paper {
 public:
  Watcher::Print pen() {
    return [this](std::string_view text) {
      {
        const std::lock_guard lock{mutex_};
        text_ += text;
      }
      changed_.notify_all();
    };
  }
  void wait_for(const std::string& text) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return text_.find(text) != std::string::npos; });
  }
  std::string text() {
    const std::lock_guard lock{mutex_};
    return text_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
};

class Dummy : public Watched {
 public:
  explicit Dummy(std::string name, std::shared_ptr<int> life = nullptr)
      : name_{std::move(name)}, life_{std::move(life)} {}
  std::string table(std::int64_t, std::int64_t) override { return name_ + std::to_string(++tables_) + "\n"; }
  std::string summary(std::int64_t) override { return name_ + " summary\n"; }
  std::string stall(std::int64_t, std::int64_t, bool others) override {
    return name_ + (others ? " not alone" : " alone");
  }

 private:
  std::string name_;
  std::shared_ptr<int> life_;
  int tables_ = 0;
};

class WatcherTest : public testing::Test {
 protected:
  Paper out_, errors_;
  std::unique_ptr<Watcher> make(std::int64_t stall_ns = 0) {
    return std::make_unique<Watcher>(out_.pen(), errors_.pen(), stall_ns);
  }
};

TEST_F(WatcherTest, PrintsATableEveryPeriod) {
  const auto watcher = make();
  watcher->add(1, std::make_unique<Dummy>("run"), ms);
  out_.wait_for("run1\nrun2\nrun3\n");
}

TEST_F(WatcherTest, EndsWithASummaryAtOnce) {
  const auto watcher = make();
  watcher->add(1, std::make_unique<Dummy>("run"), hour);
  watcher->ended(1);
  watcher->settle(1);
  EXPECT_EQ(out_.text(), "run summary\n");
}

TEST_F(WatcherTest, SaysNothingOfARunThatIsNotWatched) {
  const auto watcher = make();
  watcher->add(1, std::make_unique<Dummy>("run"), 0);
  watcher->ended(1);
  watcher->settle(1);
  EXPECT_EQ(out_.text(), "");
}

TEST_F(WatcherTest, MayBeToldToWatchWhileItRuns) {
  const auto watcher = make();
  watcher->add(1, std::make_unique<Dummy>("run"), 0);
  watcher->watch(1, ms);
  out_.wait_for("run2\n");
  watcher->ended(1);
  watcher->settle(1);
  EXPECT_NE(out_.text().find("run summary\n"), std::string::npos);
}

TEST_F(WatcherTest, PrintsNothingMoreAfterItWasToldToStop) {
  const auto watcher = make();
  watcher->add(1, std::make_unique<Dummy>("run"), ms);
  out_.wait_for("run1\n");
  watcher->watch(1, 0);
  const std::string before = out_.text();
  watcher->ended(1);
  watcher->settle(1);
  EXPECT_EQ(out_.text(), before);
}

TEST_F(WatcherTest, PrintsNoSummaryAfterItWasToldToStop) {
  std::promise<void> go;
  const auto hold = [&, pen = out_.pen()](std::string_view text) {
    if (text == "one summary\n") go.get_future().wait();
    pen(text);
  };
  Watcher watcher{hold, errors_.pen(), 0};
  watcher.add(1, std::make_unique<Dummy>("one"), hour);
  watcher.ended(1);
  watcher.add(2, std::make_unique<Dummy>("two"), hour);
  watcher.ended(2);
  watcher.watch(2, 0);
  go.set_value();
  watcher.settle_all();
  EXPECT_EQ(out_.text(), "one summary\n");
}

TEST_F(WatcherTest, PeriodMayBecomeShorter) {
  const auto watcher = make();
  watcher->add(1, std::make_unique<Dummy>("run"), hour);
  watcher->watch(1, ms);
  out_.wait_for("run1\n");
}

TEST_F(WatcherTest, WatchesSeveralRuns) {
  const auto watcher = make();
  watcher->add(1, std::make_unique<Dummy>("one"), ms);
  watcher->add(2, std::make_unique<Dummy>("two"), ms);
  out_.wait_for("one2\n");
  out_.wait_for("two2\n");
  watcher->ended(1);
  watcher->settle(1);
  out_.wait_for("one summary\n");
}

TEST_F(WatcherTest, ForgetsARunThatHasEnded) {
  const auto watcher = make();
  const auto life = std::make_shared<int>();
  watcher->add(1, std::make_unique<Dummy>("one", life), ms);
  watcher->add(2, std::make_unique<Dummy>("two", life), 0);
  watcher->ended(1);
  watcher->ended(2);
  watcher->settle(1);
  watcher->settle(2);
  watcher->watch(2, ms);
  while (life.use_count() != 1) std::this_thread::yield();  // its thread drops what it had in hand
}

TEST_F(WatcherTest, PrintsDueSummariesBeforeItCloses) {
  const auto watcher = make();
  watcher->add(1, std::make_unique<Dummy>("one"), hour);
  watcher->add(2, std::make_unique<Dummy>("two"), hour);
  watcher->ended(1);
  watcher->close();
  EXPECT_EQ(out_.text(), "one summary\n");
  watcher->settle(2);
}

TEST_F(WatcherTest, SettlesAllThatHaveEnded) {
  const auto watcher = make();
  watcher->add(1, std::make_unique<Dummy>("one"), hour);
  watcher->add(2, std::make_unique<Dummy>("two"), hour);
  watcher->ended(2);
  watcher->settle_all();
  EXPECT_EQ(out_.text(), "two summary\n");
}

TEST_F(WatcherTest, LooksForStandstills) {
  const auto watcher = make(ms);
  watcher->add(1, std::make_unique<Dummy>("run"), 0);
  errors_.wait_for("run alone");
  watcher->add(2, std::make_unique<Dummy>("other"), 0);
  errors_.wait_for("run not alone");
  EXPECT_EQ(out_.text(), "");
}

TEST(StallSeconds, ComeFromTheEnvironment) {
  ::setenv("MPYX_STALL_SECONDS", "0.5", 1);
  EXPECT_EQ(stall_ns_from_environment(), 500 * ms);
  ::setenv("MPYX_STALL_SECONDS", "0", 1);
  EXPECT_EQ(stall_ns_from_environment(), 0);
  for (const char* wrong : {"soon", "3x", "-1", "nan", "1e99"}) {
    ::setenv("MPYX_STALL_SECONDS", wrong, 1);
    EXPECT_THROW(stall_ns_from_environment(), Error) << wrong;
  }
  ::unsetenv("MPYX_STALL_SECONDS");
  EXPECT_EQ(stall_ns_from_environment(), 30'000 * ms);
}

TEST(StopSeconds, ComeFromTheEnvironment) {
  ::setenv("MPYX_STOP_SECONDS", "2.5", 1);
  EXPECT_EQ(stop_ns_from_environment(), 2500 * ms);
  ::unsetenv("MPYX_STOP_SECONDS");
  EXPECT_EQ(stop_ns_from_environment(), 10'000 * ms);
}

}  // namespace
}  // namespace mpyx::coordinator
