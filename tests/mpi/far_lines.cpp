// Lines that are longer than what may be on its way from another host: the word that its rank has finished comes after them,
// and not after those that others print without end.
// hosts: 4    link: delay 5
// stderr: joined
#include <mpyx/mpyx.hpp>

#include <cstdio>
#include <iostream>
#include <ranges>
#include <string>

using namespace mpyx;

int main(int argc, char** argv) {
  Session session{argc, argv};
  const auto long_line = [](int n) { return std::string(300'000, static_cast<char>('a' + n)); };
  for (int lines = 1; lines < 4; ++lines) {
    EZ(Iter(std::views::iota(0, lines)), S(Map(long_line), Print{"line"}, [](std::string) {}).on(Host{1})).join();
  }
  if (std::freopen("/dev/null", "w", stdout) == nullptr) return 1;
  auto endless = EZ(S(Const(std::string(20'000, 'x')), Print{"line"}, [](std::string) {}).on(Host{1}));
  endless.start();
  for (int i = 0; i < 10; ++i)
    EZ(Iter(std::views::iota(0, 10)), Map([](int n) { return n; }).on(Host{1}), [](int) {}).join();
  endless.stop();
  endless.join();
  std::cerr << "joined\n";
}
