#include "numbers.hpp"

namespace {

struct Change : mpyx::F<int, int> {
  int by = 100;
  void process(int x) override { put(x + by); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(by);
  }
};
int change(int x) { return x * 1000; }

}  // namespace

void other_file() {
  for (int x : mpyx::EZ(mpyx::Iter(std::vector<int>{1, 2, 3}), Change{}, change).items()) std::cout << x << '\n';
}
