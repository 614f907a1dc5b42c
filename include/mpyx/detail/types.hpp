#pragma once

#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>

/// The types that flow between stages: what one side gives, what the other takes, what a channel carries.
namespace mpyx::detail {

/// Stands for the result of a mismatch that was reported already, so that one mistake gives one error.
struct any_value {};
/// The input of a part that takes whatever it is given (a generic lambda, Print), before that is known.
struct undecided {};

template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;

template <class T, class Variant>
inline constexpr bool is_alternative = false;
template <class T, class... Ts>
inline constexpr bool is_alternative<T, std::variant<Ts...>> = (std::is_same_v<T, Ts> || ...);

template <class From, class To>
inline constexpr bool all_alternatives = false;
template <class... Ts, class To>
inline constexpr bool all_alternatives<std::variant<Ts...>, To> = (is_alternative<Ts, To> && ...);

/// Every value of From is a value of To.
template <class From, class To>
consteval bool keeps_value() {
  using F = std::numeric_limits<From>;
  using T = std::numeric_limits<To>;
  if constexpr (std::is_same_v<From, bool> || std::is_same_v<To, bool>) {
    return std::is_same_v<From, bool>;
  } else if constexpr (F::is_integer || !T::is_integer) {
    return F::digits <= T::digits && (!F::is_signed || T::is_signed);
  } else {
    return false;
  }
}

/// A stage that takes To may follow one that gives From: the same type, a conversion that loses nothing, an alternative of
/// a variant, or a variant with fewer alternatives.
template <class From, class To>
consteval bool converts() {
  if constexpr (std::is_same_v<From, To> || std::is_same_v<From, any_value> || std::is_same_v<To, any_value>) {
    return true;
  } else if constexpr (std::is_void_v<From> || std::is_void_v<To>) {
    return false;
  } else if constexpr (is_variant<To>) {
    return is_alternative<From, To> || all_alternatives<From, To>;
  } else if constexpr (is_variant<From>) {
    return false;
  } else if constexpr (std::is_arithmetic_v<From> && std::is_arithmetic_v<To>) {
    return keeps_value<From, To>();
  } else {
    return std::is_convertible_v<From, To>;
  }
}

template <class To, class From>
To convert(From&& from) {
  using Source = std::remove_cvref_t<From>;
  if constexpr (all_alternatives<Source, To> && !std::is_same_v<Source, To>) {
    return std::visit([](auto&& value) { return To{std::forward<decltype(value)>(value)}; }, std::forward<From>(from));
  } else if constexpr (std::is_arithmetic_v<To>) {
    return static_cast<To>(from);
  } else {
    return To(std::forward<From>(from));
  }
}

template <class... Ts>
struct Types {};

template <class List, class T>
struct AddType;
template <class... Ts, class T>
struct AddType<Types<Ts...>, T> {
  using type = std::conditional_t<(std::is_same_v<Ts, T> || ...), Types<Ts...>, Types<Ts..., T>>;
};
template <class... Ts>
struct AddType<Types<Ts...>, void> {
  using type = Types<Ts...>;
};
template <class List, class... Us>
struct AddAll {
  using type = List;
};
template <class List, class U, class... Us>
struct AddAll<List, U, Us...> : AddAll<typename AddType<List, U>::type, Us...> {};
template <class List, class... Vs, class... Us>
struct AddAll<List, std::variant<Vs...>, Us...> : AddAll<List, Vs..., Us...> {};

template <class List>
struct Join;
template <>
struct Join<Types<>> {
  using type = void;
};
template <class T>
struct Join<Types<T>> {
  using type = T;
};
template <class T, class U, class... Ts>
struct Join<Types<T, U, Ts...>> {
  using type = std::variant<T, U, Ts...>;
};

/// The type of a channel into which stages put values of these types: the type itself, or a variant of the different ones
/// in the order of the branches. Sinks (void) add nothing; void when all are sinks.
template <class... Outs>
using merged = std::conditional_t<(std::is_same_v<Outs, any_value> || ...), any_value,
                                  typename Join<typename AddAll<Types<>, Outs...>::type>::type>;

/// Asks for a value to travel as alternative `I` of a variant whatever its type: how the branches of Zip stay apart.
template <std::size_t I, class Variant>
struct Indexed {};

template <class T>
inline constexpr bool is_indexed = false;
template <std::size_t I, class Variant>
inline constexpr bool is_indexed<Indexed<I, Variant>> = true;

}  // namespace mpyx::detail
