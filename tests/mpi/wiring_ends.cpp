// Queues, events and pipes between stages and main(): every wait ends, and nothing stays in shared memory.
// hosts: 5
// run: 1 mpirun1 3 6    compare: exact    sanitize: thread
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <stdexcept>
#include <thread>

#include "channel/waiter.hpp"

using namespace mpyx;
using namespace std::chrono_literals;

namespace {

struct Feeder : F<void, void> {
  Queue<std::string> queue;
  int count = 0;
  bool fails = false;
  Feeder() = default;
  Feeder(Queue<std::string> to, int items, bool failing) : queue{to}, count{items}, fails{failing} {}
  void setup() override {
    for (int i = 0; i < count; ++i) queue.put(std::string(i % 7 == 0 ? 5000 : 5, 'x'));
    if (fails) throw std::runtime_error{"no more"};
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(queue, count, fails);
  }
};

/// Gets until nobody is left who puts.
struct Eater : F<void, long> {
  Queue<std::string> queue;
  Event started;
  Eater() = default;
  Eater(Queue<std::string> from, Event event) : queue{from}, started{event} {}
  long got = 0;
  void setup() override {
    started.set();
    for (;;) {
      queue.get();
      ++got;
    }
  }
  void teardown() override { put(got); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(queue, started);
  }
};

struct Caller : F<void, void> {
  Pipe<int, int>::Left pipe;
  Caller() = default;
  explicit Caller(Pipe<int, int>::Left end) : pipe{end} {}
  void setup() override {
    for (int i = 0; i < 100; ++i) {
      pipe.put(i);
      if (pipe.get() != i + 1) throw std::runtime_error{"another answer"};
    }
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(pipe);
  }
};

struct Answerer : F<void, void> {
  Pipe<int, int>::Right pipe;
  Answerer() = default;
  explicit Answerer(Pipe<int, int>::Right end) : pipe{end} {}
  void setup() override {
    for (;;) pipe.put(pipe.get() + 1);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(pipe);
  }
};

void getters_end_after_the_last_putter() {
  Queue<std::string> queue{4};
  const Event started;
  auto pipeline = EZ(P(Feeder{queue, 300, false}, As(3, Eater{queue, started}), Feeder{queue, 200, false}));
  pipeline.start();
  queue.close();
  long sum = 0;
  for (const long part : pipeline.items()) sum += part;
  std::cout << "got " << sum << "\n";
}

void main_is_told_of_a_failure() {
  Queue<std::string> queue{4};
  auto pipeline = EZ(Feeder{queue, 10, true});
  pipeline.start();
  int got = 0;
  try {
    for (;; ++got) queue.get();
  } catch (const Error&) {
    std::cout << "main got " << got << "\n";
  }
  try {
    pipeline.join();
  } catch (const StageError& error) {
    std::cout << error.message() << "\n";
  }
}

void stop_wakes_waiting_stages() {
  Queue<std::string> queue;
  Event started;
  auto pipeline = EZ(As(3, Eater{queue, started}));
  pipeline.start();
  started.wait();
  pipeline.stop();
  pipeline.join();
  std::cout << "stopped\n";
}

void a_pipe_ends_with_its_other_end() {
  Pipe<int, int> pipe{3};
  auto pipeline = EZ(P(Caller{pipe.left()}, Answerer{pipe.right()}));
  pipeline.join();
  std::cout << "answered\n";
}

void graphs_show_who_holds_what() {
  Queue<std::string> queue;
  queue.named("lines");
  const Event started;
  const Graph graph = EZ(P(Feeder{queue, 1, false}, Eater{queue, started})).graph();  // and is never started
  for (const auto& node : graph.nodes()) {
    if (!node.internal) std::cout << node.name << ": " << node.notes.at(0).substr(0, 11) << "\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  const auto used = [] { return channel::process_domain()->arena.used_blocks(); };
  { Event{}.wait(1ms); }  // this thread now has a place to wait at
  const std::size_t before = used();
  getters_end_after_the_last_putter();
  main_is_told_of_a_failure();
  stop_wakes_waiting_stages();
  a_pipe_ends_with_its_other_end();
  graphs_show_who_holds_what();
  // A rank tells that it has finished a moment before the run's own memory is given back.
  const auto patience = std::chrono::steady_clock::now() + 20s;
  while (used() != before && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  if (used() != before) std::cout << "left in shared memory: " << used() - before << " blocks\n";
}
