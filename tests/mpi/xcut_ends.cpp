// How a shared xcut pipeline and its users end: failures on either side, stop, drain, items() left early, a writer that stops
// by itself or takes nothing, many users from many threads.
// run: 1 2 4    compare: sorted    sanitize: thread
#include <mpyx/mpyx.hpp>

#include <chrono>
#include <iostream>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace mpyx;
using namespace std::chrono_literals;

namespace {

/// Counts the positive ones. May fail at a number, or stop itself.
struct Count : F<int, void> {
  std::string title;
  int fails_at = 0, stops_at = 0;
  long positive = 0;
  Count() = default;
  explicit Count(std::string t, int fail = 0, int end = 0) : title{std::move(t)}, fails_at{fail}, stops_at{end} {}
  void process(int x) override {
    if (x < 0) return;
    ++positive;
    if (positive == fails_at) throw std::runtime_error("full");
    if (positive == stops_at) stop();
  }
  void teardown() override { std::cout << title + ": " + std::to_string(positive) + "\n" << std::flush; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(title, fails_at, stops_at);
  }
};

struct Asleep : F<int, void> {
  Event asleep;
  Asleep() = default;
  explicit Asleep(Event e) : asleep{e} {}
  void process(int) override {
    asleep.set();
    sleep(1h);
  }
  void teardown() override { std::cout << "asleep: teardown\n" << std::flush; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(asleep);
  }
};

struct Put : F<int, int> {
  int sign = 1;
  int fails_at = -1;
  Put() = default;
  explicit Put(int s, int fail = -1) : sign{s}, fails_at{fail} {}
  void process(int x) override {
    if (x == fails_at) throw std::runtime_error("cannot");
    xcut<int>("n").put(sign * (x + 1));
    put(x);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(sign, fails_at);
  }
};

/// Puts its total where main() finds it.
struct Total : F<int, void> {
  Queue<int> totals;
  int count = 0;
  Total() = default;
  explicit Total(Queue<int> q) : totals{q} {}
  void process(int) override { ++count; }
  void teardown() override { totals.put(count); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(totals);
  }
};

/// Endless, once both have started.
struct Ones : F<void, int> {
  Event go;
  Ones() = default;
  explicit Ones(Event e) : go{e} {}
  void setup() override {
    go.wait();
    while (!stopped()) put(1);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(go);
  }
};

auto numbers(int n) { return Iter(std::views::iota(0, n)); }

template <class Run>
void show(const std::string& title, Run run) {
  try {
    run();
    std::cout << title + ": done\n" << std::flush;
  } catch (const StageError& error) {
    std::cout << title + ": " + error.stage() + " | " + error.message() + "\n" << std::flush;
  }
}

void failures() {
  {
    auto count = EZ(Count{"it fails", 50});
    Event go;
    auto a = EZ(Ones{go}, Put{1}).xcut("n", count);  // only the failure ends it
    auto b = EZ(Ones{go}, Put{-1}).xcut("n", count);
    a.start();
    b.start();
    go.set();
    show("it fails, one", [&] { a.join(); });
    show("it fails, two", [&] { b.join(); });
  }
  {
    auto count = EZ(Count{"it fails at the end", 10});  // when all have put and finished
    auto a = EZ(numbers(10), Put{1}).xcut("n", count);
    show("it fails at the end", [&] { a.join(); });
  }
  {
    auto count = EZ(Count{"one fails"});
    auto a = EZ(Const(1), Put{-1, 1}).xcut("n", count);
    auto b = EZ(numbers(1000), Put{1}).xcut("n", count);
    a.start();
    b.start();
    show("one fails, it", [&] { a.join(); });
    show("one fails, the other", [&] { b.join(); });
  }
  {
    auto broken = EZ(Map([](int) -> int { throw std::runtime_error("first item"); }).named("broken"), Count{"broken"});
    show("broken", [&] { EZ(numbers(10), Put{1}).xcut("n", broken).join(); });
    show("broken, own", [&] { EZ(numbers(10), Put{1}).xcut("n", std::move(broken)).join(); });
  }
}

void ends() {
  show("one is stopped", [] {
    auto count = EZ(Count{"one is stopped"});
    auto a = EZ(Const(0), Put{-1}).xcut("n", count);
    auto b = EZ(numbers(1000), Put{1}).xcut("n", count);
    a.start();
    b.start();
    a.stop();
    a.join();
    b.join();
  });
  show("stopped while it sleeps", [] {
    Event asleep;
    auto sleeper = EZ(Asleep{asleep});
    auto a = EZ(Const(0), Put{1}).xcut("n", sleeper);
    a.start();
    asleep.wait();
    a.stop();
    a.join();
  });
  show("both stopped while it sleeps", [] {
    Event asleep;
    auto sleeper = EZ(Asleep{asleep});
    auto a = EZ(Const(0), Put{1}).xcut("n", sleeper);
    auto b = EZ(Const(0), Put{1}).xcut("n", sleeper);
    a.start();
    b.start();
    asleep.wait();
    b.stop();
    b.join();
    a.stop();
    a.join();
  });
  show("left early", [] {
    auto count = EZ(Count{"left early"});
    auto a = EZ(Const(0), Put{-1}).xcut("n", count);
    for (int x : a.items()) {
      if (x == 0) break;
    }
  });
  show("drained", [] {
    auto count = EZ(Count{"drained"});
    auto b = EZ(numbers(1000), Put{1}).xcut("n", count);
    auto a = EZ(Const(0), Put{-1}).xcut("n", count);
    a.start();
    b.start();
    a.drain();
    a.join();
    b.join();
  });
  show("it stops itself", [] {
    auto count = EZ(Count{"it stops itself", 0, 10});
    auto a = EZ(numbers(5000), Put{1}).xcut("n", count);
    std::cout << "it stops itself, items " + std::to_string(a.list().size()) + "\n" << std::flush;
  });
  show("destroyed", [] {
    auto count = EZ(Count{"destroyed"});
    auto b = EZ(numbers(100), Put{1}).xcut("n", count);
    {
      auto a = EZ(numbers(100), Put{1}).xcut("n", count);
      a.start();
      b.start();
    }
  });
  show("small", [] {  // channels of one item
    auto count = EZ(Count{"small"});
    auto a = EZ(numbers(500), Put{1}).xcut("n", count).capacity(1);
    auto b = EZ(numbers(500), Put{1}).xcut("n", count).capacity(1);
    a.start();
    b.start();
    a.join();
    b.join();
  });
}

void many() {
  Queue<int> totals{1000};
  const auto total = EZ(Total{totals});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        auto a = EZ(numbers(20), Put{1}).xcut("n", total);
        auto b = EZ(numbers(20), Put{1}).xcut("n", total);
        a.start();
        b.start();
        a.join();
        b.join();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  int sum = 0;  // of all runs, however many there were
  while (!totals.empty()) sum += totals.get();
  std::cout << "many: " + std::to_string(sum) + "\n" << std::flush;
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  failures();
  ends();
  many();
  auto left = EZ(numbers(10), Put{1});  // still running when main() returns: the session waits for all of it
  left.xcut("n", EZ(Count{"left"})).start();
  static auto shared = EZ(Count{"left, shared"});
  static auto never = EZ(numbers(10), Put{1}).xcut("n", shared);  // is never started, and outlives the session
  auto first = EZ(numbers(10), Put{1}).xcut("n", shared).daemonize();
  first.start();
  while (!first.finished()) std::this_thread::yield();
}
