#pragma once

#include <mpyx/detail/blueprint.hpp>
#include <mpyx/detail/names.hpp>

#include <array>
#include <cstdlib>
#include <functional>
#include <new>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

/// Functions, function pointers, lambdas and function objects as stages.
namespace mpyx::detail {

template <class T>
struct Signature;  // parameter types of a callable with exactly one, non-template, call operator
template <class R, class... As>
struct Signature<R(As...)> {
  using Parameters = std::tuple<std::remove_cvref_t<As>...>;
};
template <class R, class... As>
struct Signature<R(As...) noexcept> : Signature<R(As...)> {};
template <class R, class... As>
struct Signature<R (*)(As...)> : Signature<R(As...)> {};
template <class R, class... As>
struct Signature<R (*)(As...) noexcept> : Signature<R(As...)> {};
template <class C, class R, class... As>
struct Signature<R (C::*)(As...)> : Signature<R(As...)> {};
template <class C, class R, class... As>
struct Signature<R (C::*)(As...) const> : Signature<R(As...)> {};
template <class C, class R, class... As>
struct Signature<R (C::*)(As...) noexcept> : Signature<R(As...)> {};
template <class C, class R, class... As>
struct Signature<R (C::*)(As...) const noexcept> : Signature<R(As...)> {};
template <class T>
  requires requires { &T::operator(); }
struct Signature<T> : Signature<decltype(&T::operator())> {};

template <class Fn>
concept has_signature = requires {
  typename Signature<Fn>::Parameters;
};
template <class Fn>
inline constexpr bool is_function_pointer = std::is_pointer_v<Fn>&& std::is_function_v<std::remove_pointer_t<Fn>>;

template <class Fn>
struct FirstParameter {
  using type = undecided;
};
template <class Class, class Member>
  requires std::is_object_v<Member>
struct FirstParameter<Member Class::*> {
  using type = Class;
};
template <class Fn>
  requires(has_signature<Fn> && !std::is_member_function_pointer_v<Fn>)
struct FirstParameter<Fn> {
  template <class... As>
  static auto first(const std::tuple<As...>&) -> std::tuple_element_t<0, std::tuple<As..., void>>;
  using type = decltype(first(std::declval<typename Signature<Fn>::Parameters>()));
};
/// Has an operator(), whatever its signature: the name becomes ambiguous.
struct CallFallback {
  void operator()();
};
template <class T>
struct CallProbe : T, CallFallback {};
template <class T>
concept names_call = std::is_class_v<T> &&
    (has_signature<T> || (!std::is_final_v<T> && !requires { &CallProbe<T>::operator(); }));

/// What a function takes first; void when it takes nothing, undecided for a generic one.
template <class Fn>
using first_parameter = typename FirstParameter<Fn>::type;

/// How a callable travels: a function pointer as its place in its module, a closure or a pointer to a data member as its
/// bytes.
template <class Fn>
concept travelling_function = !std::is_member_function_pointer_v<Fn> &&
                              (is_function_pointer<Fn> || std::is_empty_v<Fn> ||
                               (std::is_trivially_copyable_v<Fn> && holds_no_address<Fn>()) || serializable<Fn>);
template <class Fn>
consteval bool is_closure() {
  return std::is_class_v<Fn> && std::string_view{__PRETTY_FUNCTION__}.find("lambda") != std::string_view::npos;
}

/// The same as constants, which the compiler prints with their arguments in a static_assert.
template <class Fn>
inline constexpr bool function_travels = travelling_function<Fn> || !is_closure<Fn>();
template <class Fn>
inline constexpr bool member_function_travels = !std::is_member_function_pointer_v<Fn>;
template <class Fn>
inline constexpr bool function_object_travels = travelling_function<Fn> ||
                                                is_closure<Fn>() || std::is_member_function_pointer_v<Fn>;
template <class Argument>
inline constexpr bool argument_travels = serializable<Argument>;
template <class Fn, class Result>
inline constexpr bool returns = false;

/// How a stage made by Make passes an item to the function.
template <template <class, class, class...> class Make, class In>
struct Passed {
  using type = In;
};
template <template <class, class, class...> class Make, class In>
using passed = typename Passed<Make, In>::type;

/// Whether a stage made by Make can use the function's result.
template <template <class, class, class...> class Make, class Result>
inline constexpr bool right_result = true;

void save_function(Writer& writer, const void* function);  ///< throws Error for one that cannot travel
const void* load_function(Reader& reader);

template <class Fn>
void save_callable(Writer& writer, const Fn& fn) {
  if constexpr (!travelling_function<Fn>) {  // reported where the part is made
  } else if constexpr (is_function_pointer<Fn>) {
    save_function(writer, reinterpret_cast<const void*>(fn));
  } else if constexpr (std::is_empty_v<Fn>) {
  } else if constexpr (std::is_trivially_copyable_v<Fn>) {
    writer.write(std::addressof(fn), sizeof(Fn));
  } else {
    encode(fn, writer);
  }
}

template <class Fn>
Fn load_callable(Reader& reader) {
  if constexpr (is_function_pointer<Fn>) {
    return reinterpret_cast<Fn>(const_cast<void*>(load_function(reader)));
  } else if constexpr (!travelling_function<Fn>) {  // reported where the part is made
    std::abort();
  } else if constexpr (std::is_trivially_copyable_v<Fn>) {
    alignas(Fn) std::array<std::byte, sizeof(Fn)> bytes{};  // g++ 12 refuses to bit_cast to some closures
    if constexpr (!std::is_empty_v<Fn>) reader.read(bytes.data(), bytes.size());
    return *std::launder(reinterpret_cast<Fn*>(bytes.data()));
  } else {
    return decode<Fn>(reader);
  }
}

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class R>
struct Dropped {
  using type = std::remove_cvref_t<R>;
};
template <class T>
struct Dropped<std::optional<T>> {
  using type = T;
};
/// What a function's result puts: optional<Y> puts Y or nothing.
template <class R>
using result_item = typename Dropped<std::remove_cvref_t<R>>::type;

template <class Fn, class In, class... Bound>
using call_result = std::invoke_result_t<Fn&, In, Bound&...>;

/// A callable with the arguments bound behind the item, as it travels.
template <class Fn, class... Bound>
struct BoundCall {
  Fn fn;
  std::tuple<Bound...> bound;

  template <class In>
  decltype(auto) operator()(In&& item) {
    return std::apply(
        [&](Bound&... args) -> decltype(auto) { return std::invoke(fn, std::forward<In>(item), args...); }, bound);
  }
  void save_to(Writer& writer) const {
    save_callable(writer, fn);
    if constexpr ((serializable<Bound> && ...)) {  // reported where the part is made
      std::apply([&](const Bound&... args) { (encode(args, writer), ...); }, bound);
    }
  }
  static BoundCall load_from(Reader& reader) {
    Fn loaded = load_callable<Fn>(reader);
    if constexpr ((serializable<Bound> && ...)) {
      return BoundCall{std::move(loaded), std::tuple<Bound...>{decode<Bound>(reader)...}};
    } else {
      std::abort();
    }
  }
};

/// A stage that calls a function with each item and puts the result.
template <class Fn, class In, class... Bound>
class Call : public F<In, result_item<call_result<Fn, In, Bound...>>> {
 public:
  using Result = call_result<Fn, In, Bound...>;

  Call(Fn fn, std::tuple<Bound...> bound) : call_{std::move(fn), std::move(bound)} {}

  void process(In item) override {
    if constexpr (std::is_void_v<Result>) {
      call_(std::move(item));
    } else if constexpr (is_optional<std::remove_cvref_t<Result>>) {
      if (auto result = call_(std::move(item))) this->put(*result);
    } else {
      this->put(call_(std::move(item)));
    }
  }
  void save_to(Writer& writer) const { call_.save_to(writer); }
  static std::unique_ptr<Call> load_from(Reader& reader) {
    auto call = BoundCall<Fn, Bound...>::load_from(reader);
    return std::make_unique<Call>(std::move(call.fn), std::move(call.bound));
  }

 private:
  BoundCall<Fn, Bound...> call_;
};

/// Passes an item on when a predicate holds.
template <class Fn, class In, class... Bound>
class Keep : public F<In, In> {
 public:
  Keep(Fn fn, std::tuple<Bound...> bound) : call_{std::move(fn), std::move(bound)} {}

  void process(In item) override {
    if (static_cast<bool>(call_(std::as_const(item)))) this->put(item);
  }
  void save_to(Writer& writer) const { call_.save_to(writer); }
  static std::unique_ptr<Keep> load_from(Reader& reader) {
    auto call = BoundCall<Fn, Bound...>::load_from(reader);
    return std::make_unique<Keep>(std::move(call.fn), std::move(call.bound));
  }

 private:
  BoundCall<Fn, Bound...> call_;
};

template <class In>
struct Passed<Keep, In> {
  using type = const In&;
};
template <class Result>
inline constexpr bool right_result<Keep, Result> = std::is_constructible_v<bool, Result>;

}  // namespace mpyx::detail
