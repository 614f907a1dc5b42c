#include "process/launcher.hpp"

#include <gtest/gtest.h>

#include "process/signals.hpp"
#include "process_fixtures.hpp"

namespace mpyx::process {
namespace {

// What mpyx-run offers: an open file without a name, by its link in /proc.
class Launcher : public ::testing::Test {
 protected:
  Launcher() {
    char name[] = "/tmp/launcher_test.XXXXXX";
    file_ = Descriptor(::mkostemp(name, O_CLOEXEC));
    ::unlink(name);
    offer(file_.get());
  }
  ~Launcher() override { ::unsetenv("MPYX_RUN_STATUS"); }

  static void offer(int file) { ::setenv("MPYX_RUN_STATUS", ("/proc/self/fd/" + std::to_string(file)).c_str(), 1); }
  static std::string content(int file) {
    char text[32] = {};
    return ::pread(file, text, sizeof text - 1, 0) < 0 ? "unreadable" : text;
  }

  Descriptor file_;
};

TEST_F(Launcher, HearsTheStatus) {
  tell_mpyx_run(4);
  EXPECT_EQ(content(file_.get()), "4\n");
}

TEST_F(Launcher, KeepsTheFirstWord) {
  tell_mpyx_run(130);
  tell_mpyx_run(4);
  EXPECT_EQ(content(file_.get()), "130\n");
}

TEST_F(Launcher, FileOfSomebodyElseStaysAsItIs) {
  char name[] = "/tmp/launcher_test.XXXXXX";
  const Descriptor named(::mkstemp(name));
  offer(named.get());
  tell_mpyx_run(4);
  EXPECT_EQ(content(named.get()), "");
  ::unlink(name);
}

TEST_F(Launcher, MissingFileIsNoFailure) {
  ::setenv("MPYX_RUN_STATUS", "/proc/self/fd/-1", 1);
  EXPECT_TRUE(started_by_mpyx_run());
  tell_mpyx_run(4);
  EXPECT_EQ(content(file_.get()), "");
}

TEST_F(Launcher, SendsCtrlCAsAnotherSignal) {
  InterruptSource source;
  ::raise(SIGUSR1);
  EXPECT_EQ(source.take().interrupts, 1);
}

TEST(WithoutLauncher, NothingIsTold) {
  ASSERT_FALSE(started_by_mpyx_run());
  tell_mpyx_run(4);
  InterruptSource source;
  struct sigaction action {};
  ::sigaction(SIGUSR1, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_DFL);
}

}  // namespace
}  // namespace mpyx::process
