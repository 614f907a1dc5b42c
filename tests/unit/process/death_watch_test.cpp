#include "process/death_watch.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <condition_variable>
#include <map>
#include <mutex>

#include "process/pidfd.hpp"
#include "process_fixtures.hpp"

namespace mpyx::process {
namespace {

struct Deaths {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<pid_t, std::optional<ExitStatus>> seen;
  int calls = 0;

  DeathWatch::DeathCallback callback() {
    return [this](pid_t pid, std::optional<ExitStatus> status) {
      const std::lock_guard lock(mutex);
      seen[pid] = status;
      ++calls;
      changed.notify_all();
    };
  }

  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 20s, [&] { return seen.size() >= count; });
  }
};

// Exits with `code` when the pipe is closed.
pid_t fork_waiting(Pipe& pipe, int code) {
  return fork_running([&] {
    pipe.writer.reset();
    char byte = 0;
    return ::read(pipe.reader.get(), &byte, 1) == 0 ? code : 99;
  });
}

class DeathWatchTest : public ::testing::TestWithParam<DeathWatch::Mechanism> {};

TEST_P(DeathWatchTest, ReportsKilledAndExitedChildren) {
  Deaths deaths;
  Pipe pipe = make_pipe();
  const pid_t killed = fork_waiting(pipe, 0);
  const pid_t exiting = fork_waiting(pipe, 7);
  {
    DeathWatch watch(deaths.callback(), GetParam());
    watch.watch(killed, process_start_time(killed));
    watch.watch(exiting);
    watch.watch(exiting);
    ::kill(killed, SIGKILL);
    ASSERT_TRUE(deaths.wait_for(1));
    EXPECT_EQ(deaths.seen.count(exiting), 0U);
    pipe.writer.reset();
    ASSERT_TRUE(deaths.wait_for(2));
  }
  EXPECT_EQ(deaths.seen[killed], (ExitStatus{0, SIGKILL}));
  EXPECT_EQ(deaths.seen[exiting], (ExitStatus{7, 0}));
  EXPECT_EQ(deaths.calls, 2);
  // The watch has reaped nothing.
  EXPECT_TRUE(WIFSIGNALED(wait_status_of(killed)));
  EXPECT_EQ(WEXITSTATUS(wait_status_of(exiting)), 7);
}

TEST_P(DeathWatchTest, ReportsProcessesThatAreNotChildren) {
  Deaths deaths;
  DeathWatch watch(deaths.callback(), GetParam());
  Pipe pids = make_pipe();
  Pipe hold = make_pipe();
  const pid_t middle = fork_running([&] {
    hold.writer.reset();
    const pid_t inner = fork_running([] { return ::pause(); });
    ::dprintf(pids.writer.get(), "%d\n", inner);
    char byte = 0;
    if (::read(hold.reader.get(), &byte, 1) != 1) return 1;  // it stays a zombie until then
    return 0;
  });
  const pid_t inner = std::atoi(read_line(pids.reader.get()).c_str());
  watch.watch(inner);
  ::kill(inner, SIGTERM);
  EXPECT_TRUE(deaths.wait_for(1));
  EXPECT_EQ(deaths.seen[inner], (ExitStatus{0, SIGTERM}));
  hold.writer.reset();
  wait_status_of(middle);
}

TEST_P(DeathWatchTest, ReportsProcessThatIsGoneAlready) {
  Deaths deaths;
  DeathWatch watch(deaths.callback(), GetParam());
  const pid_t gone = fork_running([] { return 0; });
  wait_status_of(gone);
  watch.watch(gone);
  EXPECT_TRUE(deaths.wait_for(1));
}

TEST_P(DeathWatchTest, ReportsProcessThatTookThePid) {
  Deaths deaths;
  DeathWatch watch(deaths.callback(), GetParam());
  watch.watch(::getpid(), *process_start_time(::getpid()) + 1);
  EXPECT_TRUE(deaths.wait_for(1));
}

TEST_P(DeathWatchTest, UnwatchedProcessDiesUnreported) {
  Deaths deaths;
  Pipe pipe = make_pipe();
  const pid_t unwatched = fork_waiting(pipe, 0);
  const pid_t watched = fork_waiting(pipe, 0);
  {
    DeathWatch watch(deaths.callback(), GetParam());
    watch.watch(unwatched);
    watch.unwatch(unwatched);
    ::kill(unwatched, SIGKILL);
    wait_status_of(unwatched);
    watch.watch(watched);
    pipe.writer.reset();
    EXPECT_TRUE(deaths.wait_for(1));
  }
  EXPECT_EQ(deaths.seen.count(unwatched), 0U);
  wait_status_of(watched);
}

TEST_P(DeathWatchTest, CallbackMayWatchAnother) {
  Deaths deaths;
  Pipe pipe = make_pipe();
  const pid_t first = fork_waiting(pipe, 1);
  const pid_t second = fork_waiting(pipe, 2);
  {
    DeathWatch* self = nullptr;
    DeathWatch watch(
        [&](pid_t pid, std::optional<ExitStatus> status) {
          if (pid == first) self->watch(second);
          deaths.callback()(pid, status);
        },
        GetParam());
    self = &watch;
    watch.watch(first);
    pipe.writer.reset();
    EXPECT_TRUE(deaths.wait_for(2));
  }
  EXPECT_EQ(wait_status_of(first), 1 << 8);
  EXPECT_EQ(wait_status_of(second), 2 << 8);
}

INSTANTIATE_TEST_SUITE_P(Mechanisms, DeathWatchTest,
                         ::testing::Values(DeathWatch::Mechanism::automatic, DeathWatch::Mechanism::polling),
                         [](const auto& test) {
                           return test.param == DeathWatch::Mechanism::polling ? "Polling" : "Pidfd";
                         });

// Linux tells the status of a reaped process since 6.15; what it tells before is nothing, never something wrong.
TEST(Pidfd, TellsStatusOfReapedProcessOrNothing) {
  for (const int signal : {0, SIGKILL}) {
    Pipe pipe = make_pipe();
    const pid_t pid = fork_waiting(pipe, 7);
    const Descriptor pidfd = open_pidfd(pid);
    if (!pidfd) GTEST_SKIP() << "no pidfds here";
    if (signal != 0) ::kill(pid, signal);
    pipe.writer.reset();
    wait_status_of(pid);
    const auto expected = signal != 0 ? ExitStatus{0, signal} : ExitStatus{7, 0};
    EXPECT_EQ(exit_status_behind(pidfd.get(), pid).value_or(expected), expected);
  }
}

TEST(DeathWatch, CallsBackForReadableDescriptor) {
  std::mutex mutex;
  std::condition_variable changed;
  int calls = 0;
  const Descriptor event(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  DeathWatch watch([](pid_t, std::optional<ExitStatus>) {});
  watch.watch_descriptor(event.get(), [&] {
    std::uint64_t count = 0;
    EXPECT_EQ(::read(event.get(), &count, sizeof count), static_cast<ssize_t>(sizeof count));
    const std::lock_guard lock(mutex);
    ++calls;
    changed.notify_all();
  });
  const std::uint64_t one = 1;
  for (int round = 1; round <= 3; ++round) {
    ASSERT_EQ(::write(event.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, 20s, [&] { return calls == round; }));
  }
  watch.unwatch_descriptor(event.get());
  ASSERT_EQ(::write(event.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
  EXPECT_EQ(calls, 3);
}

TEST(DeathWatch, LetsGoOfDescriptorThatHangsUp) {
  Pipe pipe = make_pipe();
  DeathWatch watch([](pid_t, std::optional<ExitStatus>) {});
  std::atomic<int> calls{0};
  watch.watch_descriptor(pipe.reader.get(), [&] { calls.fetch_add(1); });
  pipe.writer.reset();
  watch.unwatch_descriptor(pipe.reader.get());
  EXPECT_EQ(calls.load(), 0);
}

TEST(DeathWatch, ClosesItsDescriptors) {
  const int before = open_descriptors();
  {
    DeathWatch watch([](pid_t, std::optional<ExitStatus>) {});
    watch.watch(::getppid());
    watch.watch(::getpid());
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace mpyx::process
