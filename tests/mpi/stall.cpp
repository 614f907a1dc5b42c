// Stages that wait for each other for longer than the limit are named, with what they wait for; others are left in peace.
// hosts: 4
// run: 1 4    compare: exact    sanitize: no
#include <mpyx/mpyx.hpp>

#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <string>
#include <thread>

#include "mpi/captured.hpp"

namespace {

using namespace std::chrono_literals;

/// Puts an item on only after whoever comes behind has given something back.
struct Work : mpyx::F<int, int> {
  mpyx::Queue<int> again;
  Work() = default;
  explicit Work(mpyx::Queue<int> queue) : again{queue} {}
  void process(int n) override { put(n + again.get()); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(again);
  }
};
struct Feed : mpyx::F<int, void> {
  mpyx::Queue<int> again;
  Feed() = default;
  explicit Feed(mpyx::Queue<int> queue) : again{queue} {}
  void process(int n) override { again.put(n); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(again);
  }
};

void say(const std::string& what, bool so) { std::cout << what << ": " << (so ? "yes" : "no") << '\n'; }

void circle(bool one_host) {
  mpyx::Queue<int> again{4};
  again.named("again");
  auto pipeline = mpyx::EZ(mpyx::Iter(std::vector<int>(100)), mpyx::stage(Work{again}).named("work"),
                           mpyx::stage(Feed{again}).named("feed"))
                      .capacity(2);
  Captured errors{STDERR_FILENO};
  bool told = false;
  pipeline.start();
  std::thread other{[&] {
    told = errors.wait_for(R"(or stop\(\)\.\n)");
    pipeline.stop();
  }};
  pipeline.join();
  other.join();
  const std::string text = errors.end();
  const auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
  const bool first = has("work") && has(" waits for Queue again (int), held by feed, main()\n");
  const bool second = has("feed") && has(" waits for an item in work -> feed (0 of ");
  const bool behind = has("so Iter") && has(" waits for room in Iter -> work (");
  say("the circle is told", told && has("the circle is:"));
  say("work waits for the queue", first);
  say("feed waits for work", second);
  say("the source is behind", behind || !one_host);  // elsewhere it may have come to wait a little later
  say("it is told once", text.find("mpyx:") == text.rfind("mpyx:"));
  if (!told || !first || !second || (!behind && one_host)) std::cerr << text;
}

/// Nobody waits for anybody but a stage that works, or for main() which is busy: no standstill.
void no_circle() {
  Captured errors{STDERR_FILENO};
  struct Slow : mpyx::F<int, int> {
    void process(int n) override {
      sleep(700ms);
      put(n);
    }
  };
  for (const int n : mpyx::EZ(mpyx::Iter(std::vector<int>(3)), Slow{}).capacity(1).items()) {
    if (n == 0) std::this_thread::sleep_for(400ms);
  }
  say("slow is not stuck", errors.end().find("mpyx:") == std::string::npos);
}

struct Takes : mpyx::F<int, void> {
  mpyx::Queue<int> from;
  Takes() = default;
  explicit Takes(mpyx::Queue<int> queue) : from{queue} {}
  void process(int) override { from.get(); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(from);
  }
};

/// Two threads of the program, one of which is main(): one joins, the other feeds a Queue now and then.
void fed(bool by_main) {
  Captured errors{STDERR_FILENO};
  mpyx::Queue<int> queue{4};
  auto pipeline = mpyx::EZ(mpyx::Iter(std::vector<int>(3)), Takes{queue});
  pipeline.start();
  std::promise<void> begun;  // from its first put on the thread is known
  auto feed = [&, queue]() mutable {
    for (int i = 0; i < 3; ++i) {
      queue.put(i);
      if (i == 0) begun.set_value();
      std::this_thread::sleep_for(700ms);
    }
  };
  const auto join = [&] {
    begun.get_future().wait();
    pipeline.join();
  };
  std::thread other = by_main ? std::thread{join} : std::thread{feed};
  by_main ? feed() : join();
  other.join();
  say(by_main ? "main() that feeds is not stuck" : "a thread feeds", errors.end().find("mpyx:") == std::string::npos);
}

}  // namespace

int main(int argc, char** argv) {
  ::setenv("MPYX_STALL_SECONDS", "0.3", 1);
  mpyx::Session session{argc, argv};
  circle(session.hosts() == 1);
  no_circle();
  fed(true);
  fed(false);
}
