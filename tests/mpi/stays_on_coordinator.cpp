// A range that cannot travel, a generator or a stream, is iterated on the coordinator; containers and iota travel.
// hosts: 5
// run: 1 2 4    compare: exact    sanitize: no
#include <mpyx/mpyx.hpp>

#include <unistd.h>

#include <iostream>
#include <map>
#include <ranges>
#include <sstream>
#include <string>
#include <vector>

using namespace mpyx;

int main(int argc, char** argv) {
  Session session{argc, argv};
  const int self = ::getpid();
  const bool alone = session.ranks() == 1;

  std::istringstream text{"3 1 4 1 5"};
  for (int x : EZ(Iter(std::views::istream<int>(text)), [](int x) { return x * 10; }).items()) std::cout << x << '\n';

  int calls = 0;  // a view with a captured reference: stays, and sees this process's variable
  auto here = std::views::iota(0, 5) | std::views::transform([&calls](int) { return ++calls, ::getpid(); });
  for (int pid : EZ(Iter(here)).items()) {
    if (pid != self) std::cout << "iterated elsewhere\n";
  }
  std::cout << "calls " << calls << '\n';

  const std::vector<std::string> words{"a", "bc", "def"};
  for (std::size_t n : EZ(Iter(words), [](std::string w) { return w.size(); }).items()) std::cout << n << '\n';
  for (const std::string& w : EZ(Iter(words | std::views::reverse)).items()) std::cout << w << '\n';
  for (const auto& [key, value] : EZ(Iter(std::map<std::string, int>{{"x", 1}, {"y", 2}})).items())
    std::cout << key << value << '\n';

  std::size_t away = 0;
  for (int pid : EZ(Iter(std::views::iota(0, 4)), [](int) { return static_cast<int>(::getpid()); }).items())
    away += pid != self;
  std::cout << (away == (alone ? 0U : 4U)) << '\n';
}
