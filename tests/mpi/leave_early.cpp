// A reader that leaves the loop early, by break, return or exception, ends the pipeline; so does stop() from another thread.
// hosts: 5
// run: 1 2 4    compare: exact    sanitize: thread
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <ranges>
#include <stdexcept>
#include <thread>

using namespace mpyx;

namespace {

int same(int x) { return x; }

int first_of(int wanted) {
  for (int x : EZ(Const(wanted), same, As(2, same)).items()) return x;
  return -1;
}

void throws() {
  for (int x : EZ(Const(1), same).items()) throw std::runtime_error("left at " + std::to_string(x));
}

struct TakeSome : F<int, int> {  // ends itself, and with it the endless source before it
  int left = 0;
  TakeSome() = default;
  explicit TakeSome(int n) : left{n} {}
  void process(int x) override {
    put(x);
    if (--left == 0) stop();
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(left);
  }
};

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  int taken = 0;
  for (int x : EZ(Const(1), same, same).items()) {
    if ((taken += x) == 100) break;
  }
  std::cout << "break " << taken << '\n';
  std::cout << "return " << first_of(7) << '\n';
  try {
    throws();
  } catch (const std::runtime_error& error) {
    std::cout << "exception: " << error.what() << '\n';
  }
  for (int round = 0; round < 20; ++round) {
    auto pipeline = EZ(Const(1), As(3, same), same);
    pipeline.start();
    std::thread stopper{[&] { pipeline.stop(); }};
    pipeline.join();
    stopper.join();
    if (!pipeline.stopped() || !pipeline.finished()) std::cout << "not stopped\n";
  }
  long seen = 0;
  auto pipeline = EZ(Const(1), same);
  std::thread stopper;
  for (int x : pipeline.items()) {
    if ((seen += x) == 10) stopper = std::thread{[&] { pipeline.stop(); }};
  }
  stopper.join();
  std::cout << "stopped " << (seen >= 10) << '\n';
  std::cout << "own stop " << EZ(Const(1), same, TakeSome{1234}, same).list().size() << '\n';
  std::cout << "one of two " << EZ(Const(1), P(TakeSome{10}, TakeSome{20})).list().size() << '\n';
  std::cout << "the other branch goes on " << EZ(Iter(std::views::iota(0, 5000)), B(TakeSome{10}, same)).list().size()
            << '\n';
  {
    auto never_read = EZ(Const(1, 100000), same);
    never_read.start();
  }  // destruction joins and discards
  { auto never_started = EZ(Const(1), same); }
  std::cout << "after " << EZ(Iter(std::views::iota(0, 10)), same).list().size() << '\n';
}
