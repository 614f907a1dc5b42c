#pragma once

#include <mpyx/detail/types.hpp>
#include <mpyx/serialize.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

/// The compile-time errors of composition. The compiler prints the name of a false constant with its arguments beside the
/// message, so the constants here read as the rest of the sentence: who gives what, who takes what.
namespace mpyx::detail {

struct nothing {};  // before the first part

/// A message as the template argument of a deleted function, where a call that went on after a static_assert would bring
/// more errors: the compiler prints it in the only one.
template <std::size_t size>
struct Text {
  consteval Text(const char (&text)[size]) { std::copy_n(text, size, words); }
  char words[size]{};
};
inline constexpr Text no_items{"mpyx: items() and list() need a source and a last stage that puts something"};

template <class Stage, class Item>
struct gives;
template <class Stage, class Item>
struct takes;
/// How a broadcast, a parallel or something that is several stages appears in a message.
template <class... Stages>
struct broadcast_of;
template <class... Stages>
struct parallel_of;

template <class Gives, class Takes>
inline constexpr bool fits = false;
template <class Stage, class Item>
inline constexpr bool can_travel = false;
template <class Item>
inline constexpr bool is_default_constructible = std::is_default_constructible_v<Item>;
template <class Word>
inline constexpr bool is_stage_or_function = false;
template <class T>
inline constexpr bool can_be_copied = std::is_copy_constructible_v<T>;
template <class Function>
struct takes_item_as_shown;

/// Says why a part cannot be fed with Given. Shown is the part's stage, Takes its natural input.
template <class Before, class Given, class Shown, class Takes>
constexpr void refuse_input() {
  using Gives = gives<Before, Given>;
  using Wants = takes<Shown, Takes>;
  if constexpr (std::is_void_v<Takes> && !std::is_void_v<Given>) {
    static_assert(fits<Gives, Wants>, "mpyx: a source takes no input, so it can only be the first stage");
  } else if constexpr (std::is_void_v<Takes>) {
    static_assert(fits<Gives, Wants>,
                  "mpyx: a function without parameters is no source: write a class derived from F<void, Out>");
  } else if constexpr (std::is_void_v<Given> && std::is_same_v<Before, nothing>) {
    static_assert(fits<Gives, Wants>, "mpyx: nothing comes in here, as beside a source, but this stage takes input");
  } else if constexpr (std::is_void_v<Given>) {
    static_assert(fits<Gives, Wants>, "mpyx: a sink puts nothing, so no stage can follow it");
  } else if constexpr (std::is_same_v<Takes, undecided> || converts<Given, Takes>()) {
    static_assert(
        fits<Gives, Wants>,
        "mpyx: this function cannot be called with an item of the stage before it and the arguments bound to it");
  } else if constexpr (std::is_arithmetic_v<Given> && std::is_arithmetic_v<Takes>) {
    static_assert(fits<Gives, Wants>,
                  "mpyx: this stage cannot take what the one before it gives: the conversion could lose values");
  } else if constexpr (is_variant<Given> && is_alternative<Takes, Given>) {
    static_assert(
        fits<Gives, Wants>,
        "mpyx: this stage cannot take what the one before it gives: it knows only some alternatives of the variant");
  } else {
    static_assert(fits<Gives, Wants>, "mpyx: this stage cannot take what the one before it gives");
  }
}

/// Says why a stage's items cannot travel, if so.
template <class Shown, class Out>
constexpr void check_items() {
  if constexpr (std::is_void_v<Out>) {
  } else if constexpr (!serializable<Out>) {
    static_assert(
        can_travel<Shown, Out>,
        "mpyx: this stage's items cannot travel: their class needs a serialize(Archive&), and no pointers or views");
  } else {
    static_assert(plain<Out> || is_default_constructible<Out>,
                  "mpyx: this stage's items cannot travel: their class needs a default constructor");
  }
}

}  // namespace mpyx::detail
