#pragma once

#include <mpyx/compose.hpp>

#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>

namespace mpyx {
namespace detail {

/// Puts every element of the range that a function makes of an item.
template <class Fn, class In, class... Bound>
class Spread : public F<In, std::ranges::range_value_t<std::remove_cvref_t<call_result<Fn, In, Bound...>>>> {
 public:
  Spread(Fn fn, std::tuple<Bound...> bound) : call_{std::move(fn), std::move(bound)} {}

  void process(In item) override {
    for (auto&& each : call_(std::move(item))) this->put(each);
  }
  void save_to(Writer& writer) const { call_.save_to(writer); }
  static std::unique_ptr<Spread> load_from(Reader& reader) {
    auto call = BoundCall<Fn, Bound...>::load_from(reader);
    return std::make_unique<Spread>(std::move(call.fn), std::move(call.bound));
  }

 private:
  BoundCall<Fn, Bound...> call_;
};

template <class Result>
inline constexpr bool right_result<Spread, Result> = std::ranges::input_range<Result>;

}  // namespace detail

/// A function that makes a range of items of one: each of them is put.
template <class Fn, class... Bound>
auto FlatMap(Fn fn, Bound... bound) {
  return detail::FunctionPart<detail::Spread, Fn, Bound...>{"FlatMap", fn, std::move(bound)...};
}

}  // namespace mpyx
