// Two source files, each with stages and functions of the same names in its anonymous namespace: no two are mixed up.
// hosts: 5
// run: 1 3    compare: exact    sanitize: no
#include "same_names/numbers.hpp"

namespace {

struct Change : mpyx::F<int, int> {
  void process(int x) override { put(x + 1); }
};
int change(int x) { return x * 2; }

}  // namespace

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  for (int x : mpyx::EZ(mpyx::Iter(std::vector<int>{1, 2, 3}), Change{}, change).items()) std::cout << x << '\n';
  other_file();
  for (int x : mpyx::EZ(mpyx::Iter(std::vector<int>{1, 2, 3}), change, Change{}).items()) std::cout << x << '\n';
}
