// Branches with different outputs give a variant; a stage may take the variant, a wider one, or what each converts to.
// hosts: 5
// run: 1 2 4 7    compare: sorted
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <ranges>
#include <string>
#include <type_traits>
#include <variant>

using namespace mpyx;

namespace {

using Either = std::variant<int, std::string>;
using Wider = std::variant<std::string, double, int>;

std::string show(const Wider& value) {
  return std::visit(
      [](const auto& v) {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::string>)
          return "text " + v;
        else if constexpr (std::is_same_v<std::decay_t<decltype(v)>, int>)
          return "int " + std::to_string(v);
        else
          return "double " + std::to_string(v);
      },
      value);
}

struct Text : F<Either, std::string> {
  void process(Either value) override {
    put(show(std::visit([](auto&& v) { return Wider{v}; }, value)));
  }
};

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  const auto twice = [](int x) { return 2 * x; };
  const auto word = [](int x) { return std::string(static_cast<std::size_t>(x), 'x'); };
  auto all = EZ(Iter(std::views::iota(1, 4)), B(twice, word, S(twice, twice)), Text{});
  for (const std::string& line : all.items()) std::cout << line << '\n';

  auto wider = EZ(Iter(std::views::iota(1, 4)), B(word, twice), show);
  for (const std::string& line : wider.items()) std::cout << "wider " << line << '\n';

  auto nested = EZ(Iter(std::views::iota(1, 3)), B(
                                                     B(twice, word), [](int) {}, [](int x) { return x / 2.0; }));
  static_assert(std::is_same_v<decltype(nested)::value_type, std::variant<int, std::string, double>>);
  for (const auto& value : nested.items())
    std::visit([](const auto& v) { std::cout << "nested " << v << '\n'; }, value);

  std::size_t ints = 0, texts = 0;
  for (const auto& value : EZ(Iter(std::views::iota(0, 1000)), P(twice, word)).items())
    (value.index() == 0 ? ints : texts)++;
  std::cout << "parallel " << ints + texts << '\n';

  double sum = 0;
  for (double x : EZ(Iter(std::views::iota(0, 10)), [](double x) { return x / 4; }).items()) sum += x;
  std::cout << "int to double " << sum << '\n';
}
