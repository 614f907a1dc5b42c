// The shortest branch of a Zip ends it, and with it an endless source, wherever the branch ends.
// run: 1 3 8    compare: exact    sanitize: thread
// hosts: 5
// seconds: 40
#include <mpyx/mpyx.hpp>

#include <chrono>
#include <iostream>
#include <ranges>
#include <thread>
#include <tuple>

using namespace mpyx;

namespace {

struct Endless : F<void, int> {
  void setup() override {
    for (int i = 0; !stopped(); ++i) put(i);
  }
};

int same(int x) { return x; }
int slowly(int x) {
  std::this_thread::sleep_for(std::chrono::microseconds{x % 3 * 300});  // not synchronisation: a stage takes its time
  return x;
}

/// Puts one more at its end, as the other branch does.
struct Last : F<int, int> {
  void process(int x) override { put(x); }
  void teardown() override { put(-1); }
};

template <class Pipeline>
void show(const char* title, Pipeline pipeline) {
  const auto all = pipeline.list();
  std::cout << title << ": " << all.size();
  bool right = true;
  for (std::size_t i = 0; i < all.size(); ++i) right = right && std::get<0>(all[i]) == std::get<1>(all[i]);
  std::cout << (right ? "" : ", wrong") << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  show("first", EZ(Endless{}, Zip(Take(3), same)));
  show("second", EZ(Endless{}, Zip(same, Take(70))));
  show("both", EZ(Endless{}, Zip(Take(5), Take(4))));
  show("none", EZ(Endless{}, Zip(Take(0), same)));
  show("three", EZ(Endless{}, Zip(same, slowly, Take(500))));
  show("behind", EZ(Endless{}, Zip(S(same, Take(300)), S(slowly, same))));
  show("behind a farm", EZ(Endless{}, Zip(Seq(As(3, slowly), Take(100)), As(2, slowly))).capacity(2));
  show("its farm", EZ(Endless{}, Zip(P(Take(20), Take(20)), same)));
  show("nested",
       EZ(Endless{}, Zip(same, S(Zip(same, Take(40)), [](std::tuple<int, int> both) { return std::get<0>(both); }))));
  show("in a Seq", EZ(Endless{}, Seq(Zip(same, Take(60)))));
  show("teardown", EZ(Endless{}, Zip(S(Take(10), Last{}), Last{})));
  show("broadcast inside goes on", EZ(Iter(std::views::iota(0, 50)), Zip(B(Take(7), same), same), Take(60)));
  show("after it", EZ(Iter(std::views::iota(0, 10)), Zip(same, same)));
}
