// What waits for a shared xcut pipeline that is slow: no more than the capacity, in items and in bytes, and those who wait for
// room are shown as blocked.
// run: 1    compare: exact
#include <mpyx/mpyx.hpp>

#include <atomic>
#include <chrono>
#include <iostream>
#include <ranges>
#include <string>
#include <thread>

#include "mpi/captured.hpp"

using namespace mpyx;
using namespace std::chrono_literals;

namespace {

// All stages are threads of this process.
std::atomic<int> passed = 0;
std::atomic<int> written = 0;

struct Books : F<int, void> {
  std::size_t size = 0;
  Books() = default;
  explicit Books(std::size_t bytes) : size{bytes} {}
  void process(int) override {
    xcut<std::string>("log").put(std::string(size, 'x'));
    ++passed;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(size);
  }
};

struct Writes : F<std::string, void> {
  Event go;
  Writes() = default;
  explicit Writes(Event until) : go{until} {}
  void process(std::string) override {
    go.wait();
    ++written;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(go);
  }
};

/// Once no more has passed for a while.
int passed_at_most() {
  int last = -1;
  auto changed = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - changed < 500ms) {
    if (last != passed) changed = std::chrono::steady_clock::now();
    last = passed;
    std::this_thread::sleep_for(1ms);
  }
  return last;
}

void slow(const std::string& title, int items, std::size_t size, std::size_t capacity, std::size_t bytes, int most) {
  passed = written = 0;
  Captured out{STDOUT_FILENO};
  Event go;
  auto log = EZ(Writes{go});
  auto pipeline = EZ(Iter(std::views::iota(0, items)), Books{size}).xcut("log", log).capacity(capacity, bytes);
  pipeline.start();
  pipeline.watch(50ms);
  const int waiting = passed_at_most();
  const bool blocked = out.wait_for(R"(# \(xcut log\) +0 +0 +0 +100 )");
  pipeline.unwatch();
  go.set();
  pipeline.join();
  const std::string text = out.end();
  std::cout << title << ": " << (waiting <= most ? "bounded" : std::to_string(waiting)) << ", "
            << (blocked ? "blocked" : text) << ", " << written << " written\n";
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  // Four places where a capacity's worth may wait: two channels, and what is handed over or was taken and is about to be put.
  slow("one item", 500, 10, 1, 0, 10);
  slow("few items", 500, 10, 10, 0, 50);
  slow("items by default", 20'000, 10, 0, 0, 4 * 1024);
  slow("bytes", 200, std::size_t{1} << 20, 1000, std::size_t{4} << 20, 30);
}
