// Lines that are longer than what may be on its way from another host: the word that its rank has finished comes after them.
// hosts: 4    link: delay 5
// stderr: joined
#include <mpyx/mpyx.hpp>

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
  std::cerr << "joined\n";
}
