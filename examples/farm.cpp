// As(n, stage): n replicas share the work. An idle one takes the next item, so nobody waits behind a long one, and the
// results come as they are ready.
// run: 1 3 10    compare: sorted
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <ranges>

using namespace mpyx;

struct Answer {  // plain structs travel as they are
  int number;
  int divisors;
};

static Answer count_divisors(int number) {
  int divisors = 0;
  for (int d = 1; d <= number; ++d) divisors += number % d == 0 ? 1 : 0;
  return {number, divisors};
}

int main(int argc, char** argv) {
  Session session{argc, argv};
  auto pipeline = EZ(Iter(std::views::iota(1, 6'001)), As(7, count_divisors),
                     Filter([](const Answer& answer) { return answer.divisors >= 40; }));
  for (const Answer& found : pipeline.items()) std::cout << found.number << " has " << found.divisors << " divisors\n";
}
