// A session that ends while pipelines run waits for them, and stops those that are daemons; teardown() runs in both.
// Outside of a session nothing starts; two at once are refused.
// run: 1 mpirun1 2 4    compare: sorted    sanitize: thread
#include <mpyx/mpyx.hpp>

#include <chrono>
#include <iostream>
#include <optional>
#include <ranges>
#include <string>

using namespace mpyx;

namespace {

struct Numbers : F<void, int> {
  int count = 0;
  Numbers() = default;
  explicit Numbers(int n) : count{n} {}
  void setup() override {
    for (int n = 0; n < count; ++n) put(n);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(count);
  }
};

struct Total : F<int, void> {
  std::string title;
  bool tells = false;  // how many there were
  int count = 0;
  Total() = default;
  Total(std::string t, bool many) : title{std::move(t)}, tells{many} {}
  void process(int) override { ++count; }
  void teardown() override {
    std::cout << title + ": teardown" + (tells ? " " + std::to_string(count) : "") + "\n" << std::flush;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(title, tells);
  }
};

struct Asleep : F<int, int> {
  Event asleep;
  Asleep() = default;
  explicit Asleep(Event e) : asleep{e} {}
  void process(int) override {
    asleep.set();
    sleep(std::chrono::hours{1});
  }
  void teardown() override { std::cout << "asleep: teardown\n" << std::flush; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(asleep);
  }
};

template <class Run>
void refused(const char* title, Run run) {
  try {
    run();
    std::cout << title << ": not refused" << std::endl;
  } catch (const Error& error) {
    std::cout << title << ": " << (std::string{error.what()}.find("Session") != std::string::npos) << std::endl;
  }
}

}  // namespace

int main(int argc, char** argv) {
  auto finite = EZ(Numbers{200'000}, Total{"outlives the session", true});
  auto unread = EZ(Numbers{200'000});                               // what it puts is for nobody
  auto left_alone = EZ(Numbers{200'000}, [](int n) { return n; });  // started, and never asked for anything
  auto endless = EZ(Const(1), Total{"daemon", false}).daemonize();
  std::optional<Session> session{std::in_place, argc, argv};
  refused("second session", [&] { Session second{argc, argv}; });
  Event asleep;
  {
    auto sleeper = EZ(Const(1), Asleep{asleep}, Total{"daemon behind", false}).daemonize();
    sleeper.start();  // goes at once: destroying a daemon's pipeline neither waits nor stops
  }
  asleep.wait();
  finite.start();
  left_alone.start();
  endless.start();
  auto reads = unread.items();
  int first = *reads.begin();
  { const auto gone = std::move(reads); }  // leaving stops it
  std::cout << "first " << first << " daemon " << endless.finished() << std::endl;
  session.reset();
  std::cout << "ended " << finite.finished() << left_alone.finished() << endless.stopped() << endless.finished()
            << std::endl;
  refused("no session", [&] { EZ(Const(1, 1), [](int) {}).join(); });
}
