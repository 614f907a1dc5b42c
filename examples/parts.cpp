// A pipeline is a value: it can be used again, put into another, and built from parts whose number only the run knows.
// run: 1 4 9    compare: exact
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <numeric>
#include <ranges>
#include <vector>

using namespace mpyx;

struct Add : F<int, int> {
  int amount = 0;
  Add() = default;
  explicit Add(int n) : amount{n} {}
  void process(int n) override { put(n + amount); }
  template <class Archive>
  void serialize(Archive& archive) {  // a stage's state travels to its rank
    archive(amount);
  }
};

static int sum(const std::vector<int>& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0); }

int main(int argc, char** argv) {
  Session session{argc, argv};
  const auto source = EZ(Iter(std::views::iota(0, 100)));
  const auto step = EZ(Add{1}, As(2, Add{1}));
  std::cout << "once: " << sum(EZ(source, step).list()) << '\n';
  std::cout << "twice: " << sum(EZ(source, step, step).list()) << '\n';

  std::vector<Add> steps;
  for (int n = 1; n <= argc + 2; ++n) steps.emplace_back(n);
  std::cout << "one after the other: " << sum(EZ(source, S(steps)).list()) << '\n';
  std::cout << "every item to one of them: " << EZ(source, P(steps)).list().size() << '\n';
  std::cout << "every item to each of them: " << EZ(source, B(steps)).list().size() << '\n';
}
