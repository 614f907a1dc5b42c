// Ends of pipelines and stages: drain(), stop(), a stage's own stop(), sleep(), handles, Take; and calls at the wrong time.
// run: 1 2 4    compare: exact    sanitize: thread
#include <mpyx/mpyx.hpp>

#include <chrono>
#include <iostream>
#include <optional>
#include <ranges>
#include <string>
#include <thread>
#include <vector>

using namespace mpyx;
using namespace std::chrono_literals;

namespace {

auto numbers(int n) { return Iter(std::views::iota(0, n)); }
int same(int x) { return x; }

/// Endless. Tells in the end how many it has put.
struct Counts : F<void, int> {
  Queue<int> totals;
  int count = 0;
  Counts() = default;
  explicit Counts(Queue<int> q) : totals{q} {}
  void setup() override {
    for (;; ++count) put(count);
  }
  void teardown() override { totals.put(count); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(totals);
  }
};

struct Sleeps : F<void, int> {
  Event asleep;
  Sleeps() = default;
  explicit Sleeps(Event e) : asleep{e} {}
  void setup() override {
    put(1);
    asleep.set();
    sleep(1h);
    if (stopped()) put(2);  // throws: a drained source puts nothing more
    std::cout << "not reached\n" << std::flush;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(asleep);
  }
};

/// Takes its time on the first item: until main() says so.
struct Waits : F<int, int> {
  Event taken, go;
  Waits() = default;
  Waits(Event t, Event g) : taken{t}, go{g} {}
  void process(int x) override {
    taken.set();
    go.wait();
    put(x);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(taken, go);
  }
};

/// Ends itself where it is told, and goes on putting until the call returns.
struct Ends : F<int, int> {
  std::string when;
  Ends() = default;
  explicit Ends(std::string w) : when{std::move(w)} {}
  void setup() override { end("setup", 100); }
  void process(int x) override {
    put(x);
    if (x == 3) end("process", 200);
  }
  void teardown() override { end("teardown", 300); }
  void end(const std::string& phase, int shown) {
    if (phase != when) return;
    const bool before = stopped();
    stop();
    stop();
    put(shown + 10 * before + stopped());
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(when);
  }
};

struct EndingSource : F<void, int> {
  void setup() override {
    for (int n = 0; n < 10; ++n) {
      put(n);
      if (n == 4) stop();
    }
  }
  void teardown() override { put(-1); }
};

struct Naps : F<int, int> {
  void process(int x) override {
    const auto begin = std::chrono::steady_clock::now();
    sleep(std::chrono::milliseconds{x});
    const auto took = std::chrono::steady_clock::now() - begin;
    put(took >= std::chrono::milliseconds{x});
    if (x == 2) {
      stop();
      sleep(1h);  // it is to end, so it does not wait
    }
  }
};

struct Held : F<int, void> {
  Event in_process, go, in_teardown, gone;
  Held() = default;
  Held(Event p, Event g, Event t, Event n) : in_process{p}, go{g}, in_teardown{t}, gone{n} {}
  void process(int x) override {
    if (x == 1) stop();
    in_process.set();
    go.wait();
    go.clear();
  }
  void teardown() override {
    in_teardown.set();
    gone.wait();
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(in_process, go, in_teardown, gone);
  }
};

template <class Asked>
std::string states(const Asked& asked) {
  return std::to_string(asked.started()) + std::to_string(asked.stopped()) + std::to_string(asked.finished());
}

void print(const std::string& line) { std::cout << line << '\n' << std::flush; }
std::string text(const std::vector<int>& items) {
  std::string all;
  for (const int x : items) all += " " + std::to_string(x);
  return all;
}

void drains() {
  Queue<int> totals{8};
  for (const bool in_order : {false, true}) {
    int seen = 0;
    const auto read = [&](auto pipeline) {
      for (int x : pipeline.items()) {
        if (x >= 0 && ++seen == 1000) pipeline.drain();
      }
      print("drained " + states(pipeline));
    };
    if (in_order) {
      read(EZ(Counts{totals}, Seq(As(3, same))));
    } else {
      read(EZ(Counts{totals}, As(3, same), same));
    }
    print("nothing lost " + std::to_string(seen == totals.get() && seen >= 1000));
  }
  Event asleep;
  auto sleeper = EZ(Sleeps{asleep}, same);
  sleeper.start();
  asleep.wait();
  sleeper.drain();
  sleeper.drain();
  sleeper.join();
  print("a sleeping source " + states(sleeper));

  Event taken, go;  // a source that waits for room ends, what it has put is worked on
  auto blocked = EZ(Counts{totals}, Waits{taken, go}).capacity(1);
  auto items = blocked.items();
  std::jthread drainer{[&] {
    taken.wait();
    blocked.drain();
    go.set();
  }};
  int left = 0;
  for (int x : items) left += x >= 0;
  print("a blocked source " + std::to_string(left == totals.get()));
}

/// What a teardown() says in other places than downstream arrives, however the stage came to its end.
struct Leaves : F<int, int> {
  void process(int x) override { put(x); }
  void teardown() override {
    xcut<std::string>("log").put("a last word");
    for (;;) put(0);  // nobody reads it: ends teardown()
  }
};

void last_words() {
  const auto log = [] { return EZ([](std::string line) { return line; }, Print{}); };
  EZ(Const(1), Leaves{}, Take(5)).xcut("log", log()).join();
  print("taken");
}

void stops() {
  auto early = EZ(numbers(10), same);
  early.drain();
  early.stop();  // not started: nothing to stop
  print("before the start " + states(early));
  print("in full " + std::to_string(early.list().size()));
  early.stop();
  early.drain();
  early.join();
  print("after the end " + states(early));
  print("again " + std::to_string(early.list().size()));

  auto both = EZ(Const(1), same);
  both.start();
  both.drain();
  both.stop();
  both.join();
  print("drain, then stop " + states(both));

  for (const char* when : {"", "setup", "process", "teardown"}) {
    print(std::string{"own stop in "} + when + ":" + text(EZ(numbers(6), Ends{when}).list()));
  }
  print("own stop of a source:" + text(EZ(EndingSource{}, same).list()));
  print("naps:" + text(EZ(Iter(std::vector<int>{-5, 0, 30, 1, 2, 3}), Naps{}).list()));
}

void handles() {
  Event in_process, go, in_teardown, gone;
  auto held = stage(Held{in_process, go, in_teardown, gone});
  {
    auto pipeline = EZ(numbers(10), held);
    print("handle before " + states(held) + " " + states(pipeline));
    pipeline.start();
    in_process.wait();
    in_process.clear();
    print("handle in its first item " + states(held) + " " + states(pipeline));
    go.set();
    in_process.wait();
    print("handle after its own stop " + states(held) + " " + states(pipeline));
    go.set();
    in_teardown.wait();
    print("handle in teardown " + states(held));
    gone.set();
    pipeline.join();
    print("handle after the end " + states(held) + " " + states(pipeline));
  }
  print("handle without its pipeline " + states(held));
  const auto farm = stage(Map(same));
  auto stopped = EZ(Const(1), farm);
  stopped.start();
  stopped.stop();
  print("stopped at once " + std::to_string(stopped.stopped()) + std::to_string(farm.stopped()));
  stopped.join();
  print("handle of a stopped one " + states(farm));
}

void takes() {
  print("take 0: " + std::to_string(EZ(Const(1), Take(0)).list().size()));
  print("take all: " + std::to_string(EZ(numbers(5), Take(100)).list().size()));
  print("take first:" + text(EZ(numbers(1000000000), same, Take(3)).list()));
  print("each takes: " + std::to_string(EZ(Const(1), As(3, Take(5)), same).list().size()));
  print("take twice: " + std::to_string(EZ(Const(1), Take(50), same, Take(20)).list().size()));
  print("take some of both: " + std::to_string(EZ(numbers(100), B(Take(10), same)).list().size()));
  print("a source for nobody: " + std::to_string(EZ(P(Const(1), Const(2)), Take(7)).list().size()));
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  drains();
  last_words();
  stops();
  handles();
  takes();
}
