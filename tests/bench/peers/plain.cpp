// The same work in plain threads, loops and memcpy: what the machine could do.
//   plain calibrate | work ITEMS STEPS THREADS | skew ITEMS STEPS | threads COUNT | memcpy BYTES | touch BYTES FRAMES WAITING
#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "../bench.hpp"

namespace {

/// Whoever is idle takes the next item: the greedy schedule.
template <class Work>
double in_turn(long items, long threads, Work work) {
  std::atomic<long> next{0};
  const bench::Stopwatch watch;
  {
    std::vector<std::jthread> all;
    for (long t = 0; t < threads; ++t) {
      all.emplace_back([&] {
        for (long item = next++; item < items; item = next++) work(item);
      });
    }
  }
  return watch.seconds();
}

void calibrate() {
  std::vector<double> per_us;
  for (int i = 0; i < 21; ++i) {
    const bench::Stopwatch watch;
    bench::spin(1'000'000);
    per_us.push_back(1 / watch.seconds());
  }
  bench::report(*std::max_element(per_us.begin(), per_us.end()), "steps/us");
}

/// Starts so many threads that wait for one word, and ends them.
void threads(long count) {
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;
  const bench::Stopwatch watch;
  std::vector<std::thread> all;
  for (long i = 0; i < count; ++i) {
    all.emplace_back([&] {
      std::unique_lock lock{mutex};
      changed.wait(lock, [&] { return over; });
    });
  }
  {
    const std::lock_guard lock{mutex};
    over = true;
  }
  changed.notify_all();
  for (auto& thread : all) thread.join();
  bench::report(watch.seconds(), "s");
}

void copy(long bytes) {
  std::vector<char> from(static_cast<std::size_t>(bytes), 'x');
  std::vector<char> to(from.size());
  const long rounds = (4L << 30) / bytes;
  const bench::Stopwatch watch;
  for (long i = 0; i < rounds; ++i) {
    std::memcpy(to.data(), from.data(), from.size());
    asm volatile("" : : "r"(to.data()) : "memory");
  }
  bench::report(static_cast<double>(rounds * bytes) / watch.seconds() / 1e9, "GB/s");
}

/// Five passes over every byte of each frame, as five stages do: one writes it, three change it, one reads it. Each pass goes
/// over `waiting` frames before the next one does: 1 keeps a frame in the cache from pass to pass, 64 is the order of a
/// pipeline in which so many wait between two stages.
void touch(long bytes, long frames, long waiting) {
  const auto work = [bytes, waiting](long number) {
    using Frame = std::vector<unsigned char>;
    thread_local std::vector<Frame> all(static_cast<std::size_t>(waiting), Frame(static_cast<std::size_t>(bytes)));
    for (auto& data : all) std::memset(data.data(), static_cast<int>(number), data.size());
    for (int pass = 0; pass < 3; ++pass) {
      for (auto& data : all) {
        for (auto& byte : data) byte = static_cast<unsigned char>(byte + 1);
      }
    }
    for (const auto& data : all) {
      unsigned sum = 0;
      for (const auto byte : data) sum += byte;
      if (sum == 1) std::abort();  // it is a multiple of `bytes`
    }
  };
  const long rounds = std::max(frames / waiting, 2L);
  bench::report(static_cast<double>(rounds * waiting) / in_turn(rounds, 2, work), "frames/s");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = bench::word(argc, argv, 1);
  const long count = bench::number(argc, argv, 2);
  const auto steps = static_cast<std::uint64_t>(bench::number(argc, argv, 3));
  if (what == "calibrate") {
    calibrate();
  } else if (what == "work") {
    const double took = in_turn(count, bench::number(argc, argv, 4, 2), [&](long) { bench::spin(steps); });
    bench::report(static_cast<double>(count) / took, "items/s");
  } else if (what == "skew") {
    bench::report(in_turn(count, 2, [&](long item) { bench::spin(bench::skewed(item, steps)); }), "s");
  } else if (what == "threads") {
    threads(count);
  } else if (what == "memcpy") {
    copy(count);
  } else if (what == "touch") {
    touch(count, bench::number(argc, argv, 3), bench::number(argc, argv, 4, 1));
  } else {
    bench::wrong_case(argv[0]);
  }
}
