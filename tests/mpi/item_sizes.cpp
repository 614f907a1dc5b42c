// Items of any size: none, many small ones, some of 20 MiB, and channels that hold one item.
// hosts: 5
// run: 1 2 3 5    compare: exact
#include <mpyx/mpyx.hpp>

#include <algorithm>
#include <iostream>
#include <ranges>
#include <string>
#include <vector>

using namespace mpyx;

namespace {

struct Big {
  int number = 0;
  std::string text;
  std::vector<double> values;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, text, values);
  }
};

Big make(int n) {
  return {n, std::string(std::size_t{20} << 20, static_cast<char>('a' + n % 26)), std::vector<double>(1000, n)};
}
int check(const Big& big) {
  const char letter = static_cast<char>('a' + big.number % 26);
  const bool whole =
      big.text.size() == std::size_t{20} << 20 && std::ranges::all_of(big.text, [=](char c) { return c == letter; });
  return whole && big.values.size() == 1000 && big.values.back() == big.number ? big.number : -1000;
}
int same(int x) { return x; }
auto numbers(int n) { return Iter(std::views::iota(0, n)); }

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};

  long expected = 0, wrong = 0;
  for (int x : EZ(numbers(1'000'000), same, same, same).items()) wrong += x != expected++;
  std::cout << "small " << expected << " wrong " << wrong << '\n';

  std::vector<int> shared = EZ(numbers(300'000), As(3, same), As(2, same)).list();
  std::ranges::sort(shared);
  std::cout << "shared " << std::ranges::equal(shared, std::views::iota(0, 300'000)) << '\n';

  long sum = 0;
  for (int x : EZ(numbers(12), make, As(2, [](Big big) { return big; }), check).items()) sum += x;
  std::cout << "big " << sum << '\n';

  std::vector<std::size_t> lengths =
      EZ(
          numbers(64), [](int n) { return std::string(std::size_t{1} << (n % 23), 'x'); },
          [](std::string s) { return s.size(); })
          .list();
  std::cout << "mixed "
            << std::ranges::equal(lengths, std::views::iota(0, 64) |
                                               std::views::transform([](int n) { return std::size_t{1} << (n % 23); }))
            << '\n';

  std::vector<int> tight = EZ(numbers(5000), same, As(2, same), same).capacity(1).list();
  std::ranges::sort(tight);
  std::cout << "tight " << std::ranges::equal(tight, std::views::iota(0, 5000)) << '\n';
  sum = 0;
  for (int x : EZ(numbers(4), make, check).capacity(1).items()) sum += x;
  std::cout << "tight and big " << sum << '\n';
  sum = 0;
  for (int x : EZ(numbers(4), make, check).capacity(8, 1000).items()) sum += x;
  std::cout << "larger than the channel " << sum << '\n';
  std::cout << "empty strings " << EZ(numbers(1000), [](int) { return std::string{}; }).list().size() << '\n';
}
