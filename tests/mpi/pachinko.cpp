// The Python library's pile of pachinko: five items fall through eight stages of five parallel adders each, 42 nodes in all.
// run: 1 3 42 60    compare: exact
// hosts: 42
#include <mpyx/mpyx.hpp>

#include <algorithm>
#include <iostream>
#include <ranges>
#include <vector>

int main(int argc, char** argv) {
  using namespace mpyx;
  Session session{argc, argv};
  const auto row = [](int n) { return As(5, Map([](int x, int more) { return x + more; }, n)); };
  auto pile = EZ(Iter(std::views::iota(0, 5)), row(1), row(2), row(3), row(4), row(5), row(6), row(7), row(8),
                 [](int x) { return 10 * x; });
  std::vector<int> out = pile.list();
  std::ranges::sort(out);
  std::cout << pile.graph().stages() << " nodes:";
  for (const int x : out) std::cout << ' ' << x;
  std::cout << '\n';
}
