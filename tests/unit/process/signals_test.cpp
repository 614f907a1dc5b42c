#include "process/signals.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <cstring>
#include <new>
#include <stdexcept>
#include <thread>

#include "process/death_watch.hpp"
#include "process_fixtures.hpp"

namespace mpyx::process {
namespace {

class FatalSignals : public ::testing::Test {
 protected:
  FatalSignals()
      : memory_(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
        record_(new (memory_) FatalRecord{}) {}
  ~FatalSignals() override { ::munmap(memory_, 4096); }

  // As a process starts: gtest and sanitizers may have handlers.
  static void use_default_dispositions() {
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) ::signal(signal, SIG_DFL);
  }

  int status_of(const std::function<void()>& crash) {
    return wait_status_of(fork_running([&] {
      use_default_dispositions();
      install_fatal_handlers(record_);
      crash();
      return 0;
    }));
  }

  void* memory_;
  FatalRecord* record_;
};

// The compiler must not see through it.
void write_to(std::uintptr_t address) {
  const volatile std::uintptr_t hidden = address;
  *reinterpret_cast<volatile char*>(hidden) = 1;
}

const volatile bool k_for_ever = true;

int overflow_stack(int depth) {
  volatile char block[4096];
  block[0] = static_cast<char>(depth);
  return (k_for_ever ? overflow_stack(depth + 1) : 0) + block[0];
}

TEST_F(FatalSignals, RecordsFaultAndDiesOfIt) {
  const int status = status_of([] { write_to(0x1230); });
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGSEGV);
  EXPECT_EQ(record_->signal.load(), SIGSEGV);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_EQ(record_->address.load(), 0x1230U);
#endif
  EXPECT_NE(record_->thread.load(), 0);
}

TEST_F(FatalSignals, RecordsAbort) {
  const int status = status_of([] { std::abort(); });
  EXPECT_EQ(WTERMSIG(status), SIGABRT);
  EXPECT_EQ(record_->signal.load(), SIGABRT);
  EXPECT_EQ(record_->address.load(), 0U);
}

TEST_F(FatalSignals, RecordsSignalThatWasSent) {
  const int status = status_of([] {
    ::kill(::getpid(), SIGFPE);
    ::pause();
  });
  EXPECT_EQ(WTERMSIG(status), SIGFPE);
  EXPECT_EQ(record_->signal.load(), SIGFPE);
  EXPECT_EQ(record_->address.load(), 0U);
}

#if !defined(__SANITIZE_THREAD__)
TEST_F(FatalSignals, RecordsStackOverflow) {
  const int status = status_of([] { overflow_stack(0); });
  EXPECT_EQ(WTERMSIG(status), SIGSEGV);
  EXPECT_EQ(record_->signal.load(), SIGSEGV);
}

TEST_F(FatalSignals, RecordsStackOverflowOfThreadWithAlternateStack) {
  const int status = status_of([] {
    std::thread([] {
      const AlternateStack stack;
      overflow_stack(0);
    }).join();
  });
  EXPECT_EQ(WTERMSIG(status), SIGSEGV);
  EXPECT_EQ(record_->signal.load(), SIGSEGV);
}
#endif

TEST_F(FatalSignals, HandsOnToPreviousHandler) {
  const int status = wait_status_of(fork_running([&] {
    ::signal(SIGSEGV, [](int) { ::_exit(42); });
    install_fatal_handlers(record_);
    write_to(0x1230);
    return 0;
  }));
  EXPECT_EQ(WEXITSTATUS(status), 42);
  EXPECT_EQ(record_->signal.load(), SIGSEGV);
}

TEST_F(FatalSignals, HandsOnToOneShotHandlerAndThenDies) {
  const int status = wait_status_of(fork_running([&] {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGSEGV, &action, nullptr);
    install_fatal_handlers(record_);
    write_to(0x1230);
    return 0;
  }));
  EXPECT_EQ(WTERMSIG(status), SIGSEGV);
  EXPECT_EQ(record_->signal.load(), SIGSEGV);
}

TEST_F(FatalSignals, ForgetsFaultThatPreviousHandlerRepaired) {
  const int status = wait_status_of(fork_running([&] {
    ::signal(SIGFPE, [](int) {});
    install_fatal_handlers(record_);
    ::raise(SIGFPE);
    return record_->signal.load() == 0 ? 5 : 6;
  }));
  EXPECT_EQ(WEXITSTATUS(status), 5);
}

TEST_F(FatalSignals, RecordsNothingWithoutRecord) {
  const int status = status_of([] {
    install_fatal_handlers(nullptr);
    std::abort();
  });
  EXPECT_EQ(WTERMSIG(status), SIGABRT);
  EXPECT_EQ(record_->signal.load(), 0);
}

bool is_default(int signal) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_DFL;
}

TEST(InterruptSource, CountsAndRestores) {
  {
    InterruptSource source;
    EXPECT_EQ(source.take().total(), 0);
    ::raise(SIGINT);
    ::raise(SIGTERM);
    ::raise(SIGINT);
    EXPECT_TRUE(readable_within(source.descriptor(), 20s));
    const auto counts = source.take();
    EXPECT_EQ(counts.interrupts, 2);
    EXPECT_EQ(counts.terminations, 1);
    EXPECT_FALSE(readable_within(source.descriptor(), 0s));
    EXPECT_EQ(source.take().total(), 3);
    EXPECT_THROW(InterruptSource(), std::logic_error);
  }
  EXPECT_TRUE(is_default(SIGINT));
  EXPECT_TRUE(is_default(SIGTERM));
  InterruptSource again;
  EXPECT_EQ(again.take().total(), 0);
}

TEST(InterruptSource, LeavesHandlersOfTheUserAlone) {
  ::signal(SIGINT, SIG_IGN);
  {
    InterruptSource source;
    ::raise(SIGINT);
    EXPECT_EQ(source.take().total(), 0);
  }
  struct sigaction action {};
  ::sigaction(SIGINT, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_IGN);
  ::signal(SIGINT, SIG_DFL);
}

TEST(InterruptSource, WakesDeathWatch) {
  InterruptSource source;
  Pipe seen = make_pipe();
  DeathWatch watch([](pid_t, std::optional<ExitStatus>) {});
  watch.watch_descriptor(source.descriptor(), [&] { ::dprintf(seen.writer.get(), "%d\n", source.take().interrupts); });
  ::kill(::getpid(), SIGINT);
  EXPECT_EQ(read_line(seen.reader.get()), "1");
  watch.unwatch_descriptor(source.descriptor());
}

TEST(DieWithParent, SignalComesWhenParentDies) {
  Pipe pids = make_pipe();
  const pid_t parent = fork_running([&] {
    const pid_t self = ::getpid();
    const pid_t child = fork_running([&] {
      die_with_parent(SIGKILL, self);
      ::dprintf(pids.writer.get(), "%d\n", ::getpid());
      return ::pause();
    });
    wait_status_of(child);
    return 0;
  });
  const pid_t child = std::atoi(read_line(pids.reader.get()).c_str());
  EXPECT_TRUE(alive(child));
  ::kill(parent, SIGKILL);
  wait_status_of(parent);
  EXPECT_TRUE(eventually(20s, [&] { return !alive(child); }));
}

TEST(DieWithParent, SignalComesAtOnceWhenParentIsGone) {
  const int status = wait_status_of(fork_running([] {
    die_with_parent(SIGKILL, ::getpid());  // never one's own parent
    return 0;
  }));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

}  // namespace
}  // namespace mpyx::process
