#include <gtest/gtest.h>
#include <mpyx/mpyx.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace {

using mpyx::detail::any_value;
using mpyx::detail::converts;
using mpyx::detail::keeps_value;
using mpyx::detail::merged;

static_assert(std::is_same_v<merged<>, void>);
static_assert(std::is_same_v<merged<void, void>, void>);
static_assert(std::is_same_v<merged<int>, int>);
static_assert(std::is_same_v<merged<int, void, int>, int>);
static_assert(std::is_same_v<merged<int, std::string>, std::variant<int, std::string>>);
static_assert(std::is_same_v<merged<std::string, int, std::string, int>, std::variant<std::string, int>>);
static_assert(std::is_same_v<merged<std::variant<int, char>, char, double>, std::variant<int, char, double>>);
static_assert(std::is_same_v<merged<double, std::variant<int, double>>, std::variant<double, int>>);
static_assert(std::is_same_v<merged<int, any_value>, any_value>);

static_assert(keeps_value<int, long>() && keeps_value<int, double>() && keeps_value<float, double>() &&
              keeps_value<char, int>());
static_assert(keeps_value<std::uint8_t, int>() && keeps_value<std::uint32_t, std::int64_t>() &&
              keeps_value<bool, bool>());
static_assert(!keeps_value<long, int>() && !keeps_value<double, float>() && !keeps_value<long, double>());
static_assert(!keeps_value<int, unsigned>() && !keeps_value<unsigned, int>() && !keeps_value<double, int>());
static_assert(!keeps_value<int, bool>() && !keeps_value<int, float>());

static_assert(converts<int, int>() && converts<const char*, std::string>() && converts<any_value, int>());
static_assert(!converts<void, int>() && !converts<int, void>() && !converts<int, std::string>() &&
              !converts<std::string, int>());
static_assert(converts<int, std::variant<std::string, int>>() && !converts<long, std::variant<std::string, int>>());
static_assert(converts<std::variant<int, char>, std::variant<char, double, int>>());
static_assert(!converts<std::variant<int, char>, std::variant<int, double>>() &&
              !converts<std::variant<int, char>, int>());

TEST(Types, ConvertKeepsTheAlternativeOfAVariant) {
  using Wide = std::variant<double, std::string, int>;
  EXPECT_EQ(mpyx::detail::convert<Wide>(std::variant<int, std::string>{7}), Wide{7});
  EXPECT_EQ(mpyx::detail::convert<Wide>(std::string{"a"}), Wide{std::string{"a"}});
  EXPECT_EQ(mpyx::detail::convert<double>(3), 3.0);
}

using mpyx::detail::first_parameter;
using mpyx::detail::undecided;

int plain_function(int x) { return x; }
int takes_reference(const std::string& text) noexcept { return static_cast<int>(text.size()); }
struct Object {
  int operator()(long, int) const noexcept;
};
struct Overloaded {
  int operator()(int) const;
  int operator()(double) const;
};
static_assert(std::is_same_v<first_parameter<decltype(&plain_function)>, int>);
static_assert(std::is_same_v<first_parameter<decltype(&takes_reference)>, std::string>);
static_assert(std::is_same_v<first_parameter<Object>, long>);
static_assert(std::is_same_v<first_parameter<Overloaded>, undecided>);
static_assert(std::is_same_v<first_parameter<decltype([](auto x) { return x; })>, undecided>);
static_assert(std::is_same_v<first_parameter<decltype([]() noexcept {})>, void>);
static_assert(std::is_same_v<first_parameter<decltype([](double) mutable noexcept {})>, double>);

struct Many {
  void operator()() const {}
};
struct NoCall {};
static_assert(mpyx::detail::callable<Many> && mpyx::detail::callable<Overloaded> && !mpyx::detail::callable<NoCall>);
static_assert(!mpyx::detail::callable<int> && !mpyx::detail::callable<int NoCall::*>);

TEST(Types, ClosuresTravelWhenTheyHoldNoAddress) {
  int number = 1;
  double real = 2;
  std::string text = "a";
  std::string_view view = text;
  struct Small {
    char letter = 'a';
    double value = 1;
  } small;
  const auto values = [number, real, small](int x) { return x + number + static_cast<int>(real) + small.letter; };
  const auto none = [](int x) { return x; };
  const auto reference = [&number](int x) { return x + number; };
  const auto pointer = [p = &number](int x) { return x + *p; };
  const auto seen = [view](int) { return view.size(); };
  const auto owned = [text](int) { return text; };
  const auto function = [f = &plain_function](int x) { return f(x); };
  const auto holder = [v = std::vector<int>{1}](int) { return v.size(); };
  EXPECT_TRUE(mpyx::detail::travelling_function<decltype(values)>);
  EXPECT_TRUE(mpyx::detail::travelling_function<decltype(none)>);
  EXPECT_TRUE(mpyx::detail::travelling_function<decltype(&plain_function)>);
  EXPECT_FALSE(mpyx::detail::travelling_function<decltype(reference)>);
  EXPECT_FALSE(mpyx::detail::travelling_function<decltype(pointer)>);
  EXPECT_FALSE(mpyx::detail::travelling_function<decltype(seen)>);
  EXPECT_FALSE(mpyx::detail::travelling_function<decltype(owned)>);
  EXPECT_FALSE(mpyx::detail::travelling_function<decltype(function)>);
  EXPECT_FALSE(mpyx::detail::travelling_function<decltype(holder)>);
  EXPECT_FALSE(mpyx::detail::travelling_function<std::function<int(int)>>);
}

}  // namespace
