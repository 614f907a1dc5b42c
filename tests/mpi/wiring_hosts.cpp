// Queues, events and pipes between stages on different hosts, and main(): as on one host, and nothing stays in any memory.
// hosts: 3 4 7
// run: 1 3    compare: exact    seconds: 240
#include <mpyx/mpyx.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "channel/waiter.hpp"
#include "wiring_hosts/pictures.hpp"

using namespace mpyx;
using namespace pictures;
using namespace std::chrono_literals;

namespace {

int hosts = 1;

template <class T>
auto at(int host, T x) {
  return stage(std::move(x)).on(Host{host % hosts});
}
void say(const std::string& what, bool so) { std::cout << what << ": " << (so ? "yes" : "no") << std::endl; }

/// Does one thing with its handles, which every one of them has.
struct Acts : F<void, long> {
  enum What { puts, gets, joins, waits, pulsed, fails, fills, threads, limits, errors, closes };
  int what = puts;
  int count = 0;
  Queue<int> queue, other;
  Event event;
  Acts() = default;
  Acts(What w, int n, Queue<int> q, Queue<int> o, Event e) : what{w}, count{n}, queue{q}, other{o}, event{e} {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(what, count, queue, other, event);
  }

  long sum = 0;
  void setup() override {
    switch (what) {
      case puts:
        for (int i = 1; i <= count; ++i) queue.put(i);
        break;
      case gets:
        for (;;) {
          sum += queue.get();
          queue.task_done();
        }
      case joins:
        event.wait();  // something was put
        queue.join();
        sum = 1;
        break;
      case waits:
        other.put(1);
        event.wait();
        sum = event.is_set() ? 1 : 0;
        break;
      case pulsed:
        other.put(1);
        event.wait();
        other.put(2);
        break;
      case fails:
        other.get();
        throw std::runtime_error{"enough"};
      case fills:
        other.put(1);
        for (;;) queue.put(1);
      case threads:
        use_threads();
        break;
      case limits:
        try_limits();
        break;
      case errors:
        make_errors();
        break;
      case closes:
        queue.close();
        event.wait();
        break;
    }
  }
  void teardown() override { put(sum); }

  void use_threads() {
    std::vector<std::thread> all;
    std::atomic<long> got{0};
    for (int i = 0; i < 3; ++i) {
      all.emplace_back([&] {
        while (const auto item = queue.get(300ms)) got += *item;
      });
    }
    for (auto& thread : all) thread.join();
    sum = got;
  }
  void try_limits() {
    const bool as_expected = !queue.get(5ms) && !queue.get(0ms) && queue.empty() && queue.put(1, 0ms) &&
                             queue.put(2, 5ms) && !queue.put(3, 5ms) && !queue.put(3, 0ms) && queue.size() == 2 &&
                             !queue.join(5ms) && *queue.get(0ms) == 1 && *queue.get(5ms) == 2 && !event.wait(5ms) &&
                             !event.wait(0ms) && !event.is_set();
    queue.task_done();
    queue.task_done();
    event.set();
    const bool set = event.is_set() && event.wait(0ms) && queue.join(0ms);
    event.clear();
    sum = as_expected && set && !event.is_set() ? 1 : 0;
  }
  void make_errors() {
    const auto message = [](auto call) -> std::string {
      try {
        call();
      } catch (const Error& error) {
        return error.what();
      }
      return "";
    };
    const std::string often = message([&] { queue.task_done(); });
    queue.close();
    const std::string closed = message([&] { queue.get(0ms); });
    sum = often.find("Queue jobs (int)") != std::string::npos && often.find("more often") != std::string::npos &&
                  closed.find("Queue jobs (int) is used after close()") != std::string::npos
              ? 1
              : 0;
  }
};

struct Wired {
  Queue<int> queue, other;
  Event event;
  explicit Wired(std::size_t capacity = 4) : queue{capacity} { queue.named("jobs"); }
  auto acts(int host, Acts::What what, int count = 0) const { return at(host, Acts{what, count, queue, other, event}); }
};

long total(auto& pipeline) {
  long sum = 0;
  for (const long part : pipeline.items()) sum += part;
  return sum;
}

void everybody_everywhere() {
  Wired w;
  auto pipeline = EZ(P(w.acts(0, Acts::puts, 60), w.acts(1, Acts::puts, 60), w.acts(2, Acts::puts, 60),
                       w.acts(0, Acts::gets), w.acts(1, Acts::gets), w.acts(2, Acts::gets), w.acts(1, Acts::joins)));
  pipeline.start();
  w.event.set();
  w.queue.close();
  const long sum = total(pipeline);
  say("everything got once", sum == 3 * 60 * 61 / 2 + 1);
}

/// In farms, wherever their replicas are.
void farms() {
  Wired w{100};
  auto pipeline = EZ(
      P(As(5, Acts{Acts::puts, 20, w.queue, w.other, w.event}), As(5, Acts{Acts::gets, 0, w.queue, w.other, w.event})));
  pipeline.start();
  w.queue.close();
  say("farms share", total(pipeline) == 5 * 20 * 21 / 2);
}

void events() {
  Wired w;
  auto pipeline = EZ(P(w.acts(0, Acts::waits), w.acts(1, Acts::waits), w.acts(2, Acts::waits)));
  pipeline.start();
  for (int i = 0; i < 3; ++i) w.other.get();
  w.event.set();
  say("all saw the event", total(pipeline) == 3);
  w.event.clear();
  auto again = EZ(P(w.acts(0, Acts::pulsed), w.acts(1, Acts::pulsed), w.acts(2, Acts::pulsed)));
  again.start();
  for (int i = 0; i < 3; ++i) w.other.get();
  int woken = 0;
  while (woken < 3) {
    w.event.set();
    w.event.clear();
    while (w.other.get(1ms)) ++woken;
  }
  again.join();
  say("pulses wake", woken == 3);
}

struct Caller : F<void, long> {
  Pipe<int, int>::Left pipe;
  Caller() = default;
  explicit Caller(Pipe<int, int>::Left end) : pipe{end} {}
  void setup() override {
    for (int i = 0; i < 20; ++i) {
      pipe.put(i);
      if (pipe.get() != i + 1) throw std::runtime_error{"another answer"};
    }
    for (int i = 0; i < 10; ++i) pipe.put(i);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(pipe);
  }
};
struct Answerer : F<void, long> {
  Pipe<int, int>::Right pipe;
  long last = 0;
  Answerer() = default;
  explicit Answerer(Pipe<int, int>::Right end) : pipe{end} {}
  void setup() override {
    for (;;) {
      last = pipe.get();
      pipe.put(static_cast<int>(last) + 1);
    }
  }
  void teardown() override { put(last); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(pipe);
  }
};
void pipes() {
  bool as_expected = true;
  for (int i = 0; i < 3; ++i) {
    Pipe<int, int> pipe{15};
    auto pipeline = EZ(P(at(i, Caller{pipe.left()}), at(i + 1, Answerer{pipe.right()})));
    as_expected &= total(pipeline) == 9;
  }
  say("pipes end with their other end", as_expected);
}

void hopeless_waits_end() {
  Wired w;
  auto pipeline = EZ(P(w.acts(0, Acts::gets), w.acts(1, Acts::gets), w.acts(2, Acts::gets)));
  pipeline.start();
  w.queue.close();
  say("getters alone end", total(pipeline) == 0);

  Wired full{2};
  auto fillers = EZ(P(full.acts(1, Acts::fills), full.acts(2, Acts::fills)));
  fillers.start();
  full.queue.close();
  fillers.join();
  say("putters alone end", full.other.size() == 2);

  Wired left;
  auto leaver = EZ(P(left.acts(1, Acts::closes), left.acts(2, Acts::gets)));
  leaver.start();
  left.queue.close();
  std::this_thread::sleep_for(20ms);
  left.event.set();
  leaver.join();
  say("close() counts", true);

  Wired mine;
  auto putter = EZ(mine.acts(1, Acts::puts, 3));
  putter.start();
  int got = 0;
  try {
    for (;; ++got) mine.queue.get();
  } catch (const Error&) {
  }
  putter.join();
  say("main() is told", got == 3);
}

void limits_and_errors() {
  bool as_expected = true;
  for (int host = 0; host < 3; ++host) {
    Wired w{2};
    auto pipeline = EZ(w.acts(host, Acts::limits));
    as_expected &= total(pipeline) == 1;
    Wired wrong;
    auto errors = EZ(wrong.acts(host, Acts::errors));
    as_expected &= total(errors) == 1;
  }
  say("limits and errors", as_expected);
}

void own_threads() {
  Wired w{1000};
  for (int i = 1; i <= 100; ++i) w.queue.put(i);
  auto pipeline = EZ(P(w.acts(1, Acts::threads), w.acts(2, Acts::threads)));
  say("threads of stages", total(pipeline) == 5050);
}

/// An item that was taken for a stage which then had to end is there for others.
void stop_in_the_middle(std::chrono::microseconds after) {
  Wired w{20};
  auto pipeline = EZ(P(w.acts(0, Acts::puts, 1'000'000), w.acts(1, Acts::puts, 1'000'000), w.acts(1, Acts::gets),
                       w.acts(2, Acts::gets), w.acts(2, Acts::gets), w.acts(1, Acts::waits), w.acts(2, Acts::joins)));
  pipeline.start();
  w.other.get();
  std::this_thread::sleep_for(after);
  pipeline.stop();
  pipeline.join();
  const auto patience = std::chrono::steady_clock::now() + 10s;
  while (!w.queue.join(0ms) && std::chrono::steady_clock::now() < patience) {
    if (w.queue.get(1ms)) w.queue.task_done();
  }
  if (!w.queue.join(0ms)) say("nothing was lost at the stop", false);
}

void failures() {
  Wired w;
  auto pipeline = EZ(P(w.acts(1, Acts::gets), w.acts(2, Acts::fails), w.acts(0, Acts::joins), w.acts(1, Acts::waits)));
  pipeline.start();
  try {
    pipeline.join();
  } catch (const StageError& error) {
    say("the failure is told", error.message() == "enough");
  }
  w.event.set();
  w.queue.put(7);
  auto next = EZ(P(w.acts(2, Acts::gets)));
  next.start();
  w.queue.close();
  say("and the queue is still there", total(next) == 7);
}

void buffers() {
  bool as_expected = true;
  for (int i = 0; i < 3; ++i) {
    Queue<Picture> pictures{2};
    auto pipeline = EZ(P(at(i, Paints{pictures}), at(i + 1, Views{pictures})));
    pipeline.start();
    pictures.close();
    as_expected &= total(pipeline) == static_cast<long>(sizes.size());
  }
  say("buffers come whole", as_expected);
}

/// A stage that ends while an item of many megabytes is on its way to or from it.
void stop_with_buffers(std::chrono::milliseconds after) {
  Queue<Picture> pictures{1};
  auto pipeline = EZ(P(at(1, Paints{pictures}), at(2, Views{pictures}), at(2, Paints{pictures})));
  pipeline.start();
  std::this_thread::sleep_for(after);
  pipeline.stop();
  pipeline.join();
}

/// How many blocks are in use on each host, as its stages see it.
struct Counts : F<void, long> {
  void setup() override {
    sleep(2ms);
    put(static_cast<long>(channel::process_domain()->arena.used_blocks()));
  }
};
std::vector<long> census() {
  std::vector<long> all;
  for (int host = 0; host < hosts; ++host) {
    for (const long count : EZ(at(host, Counts{})).items()) all.push_back(count);
  }
  return all;
}
bool no_more_than(const std::vector<long>& now, const std::vector<long>& before) {
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i] > before[i]) return false;
  }
  return true;
}

void all_of_it() {
  everybody_everywhere();
  farms();
  events();
  pipes();
  hopeless_waits_end();
  limits_and_errors();
  own_threads();
  failures();
  buffers();
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  hosts = session.hosts();
  { Event{}.wait(1ms); }  // this thread now has a place to wait at
  const auto before = census();
  all_of_it();
  for (int i = 0; i < 12; ++i) stop_in_the_middle(std::chrono::microseconds{i * i * 300});
  for (int i = 0; i < 6; ++i) stop_with_buffers(std::chrono::milliseconds{i * 15});
  auto now = census();
  const auto patience = std::chrono::steady_clock::now() + 10s;
  while (!no_more_than(now, before) && std::chrono::steady_clock::now() < patience) now = census();
  say("all memory is free again", no_more_than(now, before));
  if (no_more_than(now, before)) return 0;
  for (std::size_t i = 0; i < now.size(); ++i) std::cerr << "host " << i << ": " << before[i] << " " << now[i] << "\n";
}
