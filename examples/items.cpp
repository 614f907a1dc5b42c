// items() gives results while the pipeline still works on the rest; leaving the loop ends the pipeline.
// run: 1 2 5    compare: exact
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <map>
#include <string>
#include <vector>

using namespace mpyx;

struct Naturals : F<void, int> {  // endless
  void setup() override {
    for (int n = 1; !stopped(); ++n) put(n);
  }
};

struct Factors {  // any type with a serialize travels
  int number = 0;
  std::map<int, int> powers;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, powers);
  }
};

static Factors factorized(int number) {
  Factors factors{number, {}};
  for (int rest = number, p = 2; rest > 1; ++p) {
    for (; rest % p == 0; rest /= p) ++factors.powers[p];
  }
  return factors;
}

int main(int argc, char** argv) {
  Session session{argc, argv};
  for (const Factors& factors : EZ(Naturals{}, factorized).items()) {
    if (factors.powers.size() < 4) continue;
    std::cout << "the first number with four different prime factors is " << factors.number << '\n';
    break;
  }
  const std::vector<int> numbers = EZ(Iter(std::vector<int>{3, 4}), [](int n) { return n * n; }).list();
  std::cout << "list() gives all at once: " << numbers[0] << ' ' << numbers[1] << '\n';
}
