// What the machine allows between processes: bare rings of 1,024 slots in shared memory, and a futex.
//   ring chain ITEMS | hot ITEMS PERIOD_NS | asleep ITEMS PERIOD_NS
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

#include "../bench.hpp"

namespace {

/// One producer, one consumer, cached indices; who waits spins, then lets others run.
class Ring {
 public:
  void put(long item) {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    for (int tried = 0; head - seen_tail_ == slots_.size(); ++tried) {
      if (tried > 0) pause(tried);
      seen_tail_ = tail_.load(std::memory_order_acquire);
    }
    slots_[head % slots_.size()] = item;
    head_.store(head + 1, std::memory_order_release);
  }
  long take() {
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    for (int tried = 0; seen_head_ == tail; ++tried) {
      if (tried > 0) pause(tried);
      seen_head_ = head_.load(std::memory_order_acquire);
    }
    const long item = slots_[tail % slots_.size()];
    tail_.store(tail + 1, std::memory_order_release);
    return item;
  }

 private:
  static void pause(int tried) {
    if (tried % 256 == 0) {
      ::sched_yield();
    } else {
      __builtin_ia32_pause();
    }
  }

  alignas(64) std::atomic<std::uint64_t> head_{0};
  std::uint64_t seen_tail_ = 0;
  alignas(64) std::atomic<std::uint64_t> tail_{0};
  std::uint64_t seen_head_ = 0;
  alignas(64) std::array<long, 1024> slots_{};
};

struct Shared {
  Ring first, second;
  alignas(64) std::atomic<std::uint32_t> word{0};
  std::atomic<std::int64_t> sent{0};
};

template <class Fn>
void in_a_child(Fn fn) {
  if (::fork() != 0) return;
  fn();
  ::_exit(0);
}

void chain(Shared& shared, long items) {
  const bench::Stopwatch watch;
  in_a_child([&] {
    for (long i = 0; i < items; ++i) shared.first.put(i);
  });
  in_a_child([&] {
    for (long i = 0; i < items; ++i) shared.second.put(shared.first.take() + 1);
  });
  long sum = 0;
  for (long i = 0; i < items; ++i) sum += shared.second.take();
  if (sum != items * (items + 1) / 2) std::abort();
  bench::report(static_cast<double>(items) / watch.seconds(), "items/s");
}

void hot(Shared& shared, long items, long period_ns) {
  in_a_child([&] {
    std::int64_t next = bench::now_ns();
    for (long i = 0; i < items; ++i) {
      next = std::max(next, bench::now_ns()) + period_ns;
      bench::wait_until(next);
      shared.first.put(bench::now_ns());
    }
  });
  std::vector<long> delays;
  for (long i = 0; i < items; ++i) {
    const long sent = shared.first.take();
    delays.push_back(bench::now_ns() - sent);
  }
  bench::report(static_cast<double>(bench::median(delays)) / 1000, "us");
}

void asleep(Shared& shared, long items, long period_ns) {
  const auto futex = [&](int operation, std::uint32_t value) {
    ::syscall(SYS_futex, &shared.word, operation, value, nullptr, nullptr, 0);
  };
  in_a_child([&] {
    for (long i = 1; i <= items; ++i) {
      std::this_thread::sleep_for(std::chrono::nanoseconds{period_ns});
      shared.sent.store(bench::now_ns(), std::memory_order_relaxed);
      shared.word.store(static_cast<std::uint32_t>(i), std::memory_order_release);
      futex(FUTEX_WAKE, 1);
    }
  });
  std::vector<long> delays;
  for (std::uint32_t seen = 0; seen < static_cast<std::uint32_t>(items); ++seen) {
    while (shared.word.load(std::memory_order_acquire) == seen) futex(FUTEX_WAIT, seen);
    delays.push_back(bench::now_ns() - shared.sent.load(std::memory_order_relaxed));
  }
  bench::report(static_cast<double>(bench::median(delays)) / 1000, "us");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = bench::word(argc, argv, 1);
  const long items = bench::number(argc, argv, 2);
  const long period_ns = bench::number(argc, argv, 3);
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto& shared = *new (memory) Shared;
  if (what == "chain") {
    chain(shared, items);
  } else if (what == "hot") {
    hot(shared, items, period_ns);
  } else if (what == "asleep") {
    asleep(shared, items, period_ns);
  } else {
    bench::wrong_case(argv[0]);
  }
  while (::wait(nullptr) > 0) {
  }
}
