// Kills a process after its n-th instruction, for many n: what it leaves must always be repairable.
#include <gtest/gtest.h>
#include <sys/ptrace.h>

#include <algorithm>
#include <cstdlib>

#include "arena_check.hpp"
#include "child_process.hpp"
#include "sizes.hpp"

namespace mpyx::memory {
namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr long k_deaths = 10;  // each instruction is some ten then
#else
constexpr long k_deaths = 50;
#endif

class Scene {
 public:
  Scene() : segment_(Segment::create(16 * k_mib)), arena_(make()) {
    lent_small_ = arena_.allocate(20'000, {k_survivor, 0});
    lent_large_ = arena_.allocate(100'000, {k_survivor, 0});
  }

  /// Lets a process work, kills it after `steps` instructions and sweeps. Returns the instructions it really ran, -1
  /// where processes may not be traced.
  long kill_after(long steps) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(77);
      ::raise(SIGSTOP);
      work();
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (!WIFSTOPPED(status)) return -1;
    long done = 0;
    for (; done < steps && WIFSTOPPED(status); ++done) {
      ::ptrace(PTRACE_SINGLESTEP, pid, nullptr, nullptr);
      ::waitpid(pid, &status, 0);
    }
    if (WIFSTOPPED(status)) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, &status, 0);
    }
    return done;
  }

  void sweep_and_check() {
    arena_.sweep(k_dead);
    ASSERT_EQ(inconsistency(segment_), "");
    std::size_t left = 0;
    for (const Holder& holder : arena_.holders()) {
      ASSERT_EQ(holder.owner.process, k_survivor);
      left += holder.blocks;
    }
    ASSERT_EQ(left, arena_.references(lent_small_) + (is_large_in_use() ? 1u : 0u));
    for (const std::size_t size : {std::size_t{32'000}, k_mib})
      ASSERT_TRUE(arena_.release(arena_.allocate(size, {k_survivor, 0})));
  }

 private:
  Arena make() {
    Arena::format(segment_);
    return Arena(segment_, k_survivor);
  }

  bool is_large_in_use() {
    SpanHeap heap(segment_, state_of(segment_));
    return heap.entry(heap.span_of(lent_large_)).head.load() != 0;
  }

  void work() {
    Arena mine(segment_, k_dead);
    const Offset small = mine.allocate(32'000, {k_dead, 0});  // of a class without spans
    const Offset large = mine.allocate(300'000, {k_dead, 0});
    mine.release(small);
    mine.release(lent_large_);
    static_cast<void>(mine.allocate(32'000, {k_dead, 0}));
    static_cast<void>(mine.allocate(65'000, {k_dead, 0}));  // splits the run that was just freed
    mine.release(large);
    mine.release(lent_small_);
  }

  Segment segment_;
  Arena arena_;
  Offset lent_small_;
  Offset lent_large_;
};

TEST(ArenaDeathStep, AnyInstructionMayBeTheLast) {
  long whole = 0;
  {
    Scene scene;
    whole = scene.kill_after(1'000'000);
    if (whole < 0) GTEST_SKIP() << "processes may not be traced here";
    scene.sweep_and_check();
  }
  const char* const wished = std::getenv("MPYX_TEST_DEATH_STEPS");  // 1 tries every instruction, which takes minutes
  const long stride = std::max(wished != nullptr ? std::atol(wished) : whole / k_deaths, 1L);
  for (long steps = ::getpid() % stride; steps < whole; steps += stride) {
    Scene scene;
    scene.kill_after(steps);
    scene.sweep_and_check();
    if (HasFatalFailure()) FAIL() << "killed after " << steps << " of " << whole << " instructions";
  }
}

}  // namespace
}  // namespace mpyx::memory
