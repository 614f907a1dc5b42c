// What bounds a pipeline's memory: bytes that wait at the exit of a Seq, many items from one input, capacities of any size.
// And what ends waits without a bound: stop() from another thread.
// run: 1    compare: exact    sanitize: no
#include <mpyx/mpyx.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <iostream>
#include <limits>
#include <numeric>
#include <ranges>
#include <string>
#include <thread>
#include <vector>

#include "channel/waiter.hpp"

using namespace mpyx;
using namespace std::chrono_literals;

namespace {

auto numbers(int n) { return Iter(std::views::iota(0, n)); }
int same(int x) { return x; }
std::size_t used_bytes() { return channel::process_domain()->arena.used_bytes(); }

constexpr int large_items = 300;
constexpr std::size_t mib = std::size_t{1} << 20;
std::atomic<int> passed = 0;
std::atomic<std::size_t> kept = 0;

/// The first item goes on only once the others can do so no more; all stages are threads of this process.
std::string hold_first(std::string text) {
  if (text.front() != 'a') {
    ++passed;
    return text;
  }
  int last = -1;
  auto changed = std::chrono::steady_clock::now();
  while (passed < large_items - 1 && std::chrono::steady_clock::now() - changed < 500ms) {
    if (last != passed) changed = std::chrono::steady_clock::now();
    last = passed;
    std::this_thread::yield();
  }
  kept = used_bytes();
  return text;
}
std::string large(int n) { return std::string(mib, n == 0 ? 'a' : 'b'); }

void bytes_at_the_exit() {
  const auto sizes = EZ(numbers(large_items), large, Seq(As(2, hold_first)),
                        [](const std::string& text) {
                          return text.size() == mib && text.back() == text.front() ? (text.front() == 'a' ? 2 : 1) : 0;
                        })
                         .capacity(16, 8 * mib)
                         .list();
  const int sum = std::accumulate(sizes.begin(), sizes.end(), 0);
  std::cout << "large items: " << sizes.size() << ", "
            << (sizes.front() == 2 && sum == large_items + 1 ? "right" : "wrong") << ", "
            << (kept < 160 * mib ? "bounded" : std::to_string(kept / mib) + " MiB") << '\n';
}

struct Many : F<int, int> {
  void process(int x) override {
    for (int i = 0; i < 20'000; ++i) put(x * 20'000 + i);
  }
};
struct ManyBehindTheFirst : F<int, int> {
  void process(int x) override {
    while (x == 0 && !stopped()) std::this_thread::yield();
    for (int i = 0; i < 20'000; ++i) put(i);
  }
};

void many_from_one() {
  const auto all = EZ(numbers(3), Seq(Many{})).list();
  std::vector<int> wanted(60'000);
  std::iota(wanted.begin(), wanted.end(), 0);
  std::cout << "many from one input: " << (all == wanted ? "in order" : "wrong") << '\n';
  try {
    EZ(numbers(3), Seq(As(2, ManyBehindTheFirst{}))).list();
    std::cout << "no error\n";
  } catch (const StageError& error) {
    std::cout << error.message() << '\n';
  }
}

void capacities() {
  constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
  for (const std::size_t items : {unlimited, std::size_t{1} << 32, std::size_t{1} << 31}) {
    const auto all = EZ(numbers(5000), As(2, same), As(2, same)).capacity(items).list();
    const auto by_bytes = EZ(numbers(5000), same).capacity(items, unlimited).list();
    std::cout << "capacity: " << all.size() << ' ' << by_bytes.size() << '\n';
  }
}

/// Calls the function once the calling stage's thread sleeps, or has gone on.
template <class Function>
std::thread once_asleep(const std::atomic<bool>& awake, Function function) {
  return std::thread{[&awake, function, &cell = channel::stage_waiter()->cell()] {
    while (!awake && cell.state != memory::WaitCell::k_sleeping) std::this_thread::yield();
    function();
  }};
}

struct Sleeper : F<void, std::string> {
  void setup() override {
    std::atomic<bool> awake = false;
    std::thread other = once_asleep(awake, [this] { stop(); });
    sleep(std::chrono::nanoseconds::max());
    const bool in_time = stopped();
    awake = true;
    other.join();
    put(in_time ? "slept until stop()" : "slept too short");
  }
};
struct Silent : F<void, int> {
  void setup() override {
    while (!stopped()) sleep(std::chrono::nanoseconds::max());
  }
};
struct Stopping : F<int, std::string> {
  std::atomic<bool> awake = false;
  std::thread other;
  Stopping() = default;
  Stopping(const Stopping&) {}
  void setup() override {
    other = once_asleep(awake, [this] { stop(); });
  }
  void process(int) override {}
  void teardown() override {
    awake = true;
    other.join();
    put("waited until stop()");
  }
  template <class Archive>
  void serialize(Archive&) {}
};

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  bytes_at_the_exit();
  many_from_one();
  capacities();
  std::cout << EZ(Sleeper{}).list().at(0) << '\n';
  std::cout << EZ(Silent{}, Stopping{}).list().at(0) << '\n';
}
