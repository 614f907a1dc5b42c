// Seq(x): several work inside, and the results still leave in the order in which the items came.
// Zip(a, b): the results of all branches for one item together, as a tuple, in that order, too.
// run: 1 3 9    compare: exact
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <string>
#include <vector>

using namespace mpyx;

static long fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
static std::string doubled(const std::string& word) { return word + word; }

int main(int argc, char** argv) {
  Session session{argc, argv};
  for (long number : EZ(Iter(std::vector<int>{24, 3, 20, 1, 10}), Seq(As(4, fibonacci))).items()) {
    std::cout << number << '\n';
  }
  const std::vector<std::string> words{"bon", "pa", "to"};
  auto both = EZ(Iter(words), Zip(As(2, doubled), [](const std::string& word) { return word.size(); }));
  for (const auto& [twice, letters] : both.items()) std::cout << twice << ' ' << letters << '\n';
}
