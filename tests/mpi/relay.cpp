// A broadcast inside a parallel takes its share of the items and copies each of them; to any depth, and last.
// hosts: 5
// run: 1 3 6    compare: exact
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <ranges>

using namespace mpyx;

int main(int argc, char** argv) {
  Session session{argc, argv};
  const auto one = [](int) { return 1; };
  const auto drop = [](int) {};
  const auto numbers = [](int n) { return Iter(std::views::iota(0, n)); };
  const auto total = [](auto pipeline) {
    long sum = 0;
    for (int x : pipeline.items()) sum += x;
    return sum;
  };
  std::cout << total(EZ(numbers(1000), P(B(one, one), B(one, one)))) << '\n';
  std::cout << total(EZ(numbers(1000), As(3, B(one, S(one, B(one, one)), drop)))) << '\n';
  std::cout << total(EZ(numbers(1000), B(P(one, one), P(one, B(one)), As(2, drop)), As(2, one))) << '\n';
  std::cout << total(EZ(numbers(200), P(P(P(B(P(one, one), one), B(one, one)))))) << '\n';
  std::cout << total(EZ(P(numbers(100), B(numbers(50), numbers(50))), By(3, one))) << '\n';
}
