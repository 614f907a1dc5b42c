#pragma once

#include <mpyx/detail/function.hpp>
#include <mpyx/detail/part.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// The words of the graph: S, P, B, As, By and what may stand in them: stages, functions, lambdas, vectors, pipelines.
/// EZ itself is in pipeline.hpp. All of them only build values; nothing runs before start().
namespace mpyx {

template <class Spec>
class Pipeline;

namespace detail {

/// What a part keeps of a word: a copy; nothing where there can be none, which it reports.
template <class T>
using kept_as = std::conditional_t<can_be_copied<T>, T, nothing>;
template <class T>
kept_as<T> kept(const T& word) {
  if constexpr (can_be_copied<T>) {
    return word;
  } else {
    return {};
  }
}

/// A stage object of the user's own class.
template <class T>
class StagePart : public Leaf<StagePart<T>> {
  static_assert(can_be_copied<T>,
                "mpyx: a stage is copied into the graph: hold what cannot be copied (files, connections, threads, "
                "mutexes, atomics) in a std::shared_ptr that setup() makes");

 public:
  using Shown = T;
  using natural_input = typename T::input_type;
  template <class Given>
  static constexpr bool accepts = std::is_void_v<natural_input> ? std::is_void_v<Given>
                                                                : converts<Given, natural_input>();
  template <class Given>
  using Stage = T;

  static constexpr bool refused = !can_be_copied<T>;

  explicit StagePart(const T& stage) : stage_{kept(stage)} {
    if constexpr (!refused) check_state<T>();
  }
  template <class Given>
  T make() const {
    return stage_;
  }
  std::string default_name() const { return type_name(typeid(T)); }

 private:
  kept_as<T> stage_;
};

/// A callable of the user's, with arguments bound to it. `Make` is Call or Keep.
template <template <class, class, class...> class Make, class Fn, class... Bound>
class FunctionPart : public Leaf<FunctionPart<Make, Fn, Bound...>> {
  // Asked of the class, not of a member function: there g++ 12 takes a closure inside a std::tuple for not copyable.
  static_assert(
      function_travels<Fn>,
      "mpyx: a lambda may capture only plain values: a captured pointer, reference or string would not mean the same "
      "on another rank (bind arguments with Map(f, args...) instead)");
  static_assert(member_function_travels<Fn>,
                "mpyx: a pointer to a member function cannot travel to another rank: write a lambda, such as "
                "[](const Image& image) { return image.width(); }");
  static_assert(function_object_travels<Fn>,
                "mpyx: this function object (a std::function, std::bind_front or the like) cannot travel to another "
                "rank: write a lambda, or bind arguments with Map(f, args...)");
  static_assert((argument_travels<Bound> && ...), "mpyx: arguments bound with Map or Filter have to be serializable");

 public:
  using Shown = Fn;
  using natural_input = first_parameter<Fn>;

 private:
  template <class Given>
  static consteval bool takes() {
    if constexpr (std::is_void_v<Given> || std::is_void_v<natural_input>) {
      return false;
    } else if constexpr (std::is_same_v<natural_input, undecided>) {
      return std::is_invocable_v<Fn&, passed<Make, Given>, Bound&...>;
    } else {
      return converts<Given, natural_input>() && std::is_invocable_v<Fn&, passed<Make, natural_input>, Bound&...>;
    }
  }
  template <class Given>
  using Input = std::conditional_t<std::is_same_v<natural_input, undecided>, Given, natural_input>;
  /// What stands in the way is how it takes the item: as T&, or in a Filter as T&& or as a T that cannot be copied.
  template <class Given>
  static consteval bool takes_otherwise() {
    if constexpr (std::is_void_v<Given> || std::is_void_v<natural_input>) {
      return false;
    } else if constexpr (std::is_same_v<natural_input, undecided> || converts<Given, natural_input>()) {
      using In = Input<Given>;
      return std::is_invocable_v<Fn&, In&, Bound&...> || std::is_invocable_v<Fn&, In, Bound&...>;
    } else {
      return false;
    }
  }
  template <class Given>
  static consteval bool gives_what_it_should() {
    if constexpr (takes<Given>()) {
      return right_result<Make, call_result<Fn, passed<Make, Input<Given>>, Bound...>>;
    } else {
      return true;
    }
  }

 public:
  template <class Given>
  static constexpr bool accepts = takes<Given>() && gives_what_it_should<Given>();
  template <class Before, class Given>
  static constexpr void refuse() {
    if constexpr (!takes<Given>() && takes_otherwise<Given>()) {
      using Gives = gives<Before, Given>;
      using Wants = takes_item_as_shown<Fn>;
      if constexpr (std::is_same_v<passed<Make, Given>, Given>) {
        static_assert(fits<Gives, Wants>,
                      "mpyx: a function cannot change the item in place: take it by value or const&, and return the "
                      "result");
      } else {
        static_assert(fits<Gives, Wants>,
                      "mpyx: a Filter passes the item on, so its predicate may only look at it: take it by const&");
      }
    } else if constexpr (gives_what_it_should<Given>()) {
      refuse_input<Before, Given, Fn, natural_input>();
    } else {
      static_assert(returns<Fn, call_result<Fn, passed<Make, Input<Given>>, Bound...>>,
                    "mpyx: the function in a Filter has to return a bool, in a FlatMap a range");
    }
  }
  template <class Given>
  using Stage = Make<Fn, Input<Given>, Bound...>;

  static constexpr bool refused = !can_be_copied<Fn>;

  FunctionPart(std::string name, const Fn& fn, Bound... bound)
      : name_{std::move(name)}, fn_{kept(fn)}, bound_{std::move(bound)...} {}
  template <class Given>
  Stage<Given> make() const {
    return Stage<Given>{fn_, bound_};
  }
  std::string default_name() const {
    if constexpr (is_function_pointer<Fn>) {
      const std::string own = function_name(reinterpret_cast<const void*>(fn_));
      if (name_.empty() || own != unknown_function_name) return own;
    }
    return name_.empty() ? type_name(typeid(Fn)) : name_;
  }

 private:
  std::string name_;  ///< of what has none of its own
  kept_as<Fn> fn_;
  std::tuple<Bound...> bound_;
};

template <class T>
concept stage_class = std::derived_from<T, StageBase>;
template <class T>
concept callable = !stage_class<T> && !part<T> && (is_function_pointer<T> || names_call<T>);

/// Stands where a word is neither stage nor function, after that was reported.
class NoPart : public Told<NoPart> {
 public:
  using Shown = NoPart;
  using natural_input = undecided;
  template <class Given>
  using output = any_value;
  template <class Before, class Given>
  static constexpr void check() {}
  template <class Given, class Wire>
  std::vector<int> build(Blueprint&, const Entry&) const {
    return {};
  }
};

/// Any word of a graph, as a part. Specialized for vectors here and for pipelines in pipeline.hpp.
template <class T>
struct PartOf {
  static_assert(is_stage_or_function<T>,
                "mpyx: neither a function nor a stage (an object of a class derived from mpyx::F)");
  using type = NoPart;
  static type make(const T&) { return {}; }
};
template <class T>
  requires std::is_arithmetic_v<T>
struct PartOf<T> {
  static_assert(is_stage_or_function<T>, "mpyx: a number is no stage; As(3, stage) is three of one stage");
  using type = NoPart;
  static type make(T) { return {}; }
};
template <callable T>
struct PartOf<T> {
  using type = FunctionPart<Call, T>;
  static type make(const T& word) { return type{{}, word}; }
};
template <part T>
struct PartOf<T> {
  using type = T;
  static type make(const T& word) { return word; }
};
template <stage_class T>
struct PartOf<T> {
  using type = StagePart<T>;
  static type make(const T& word) { return type{word}; }
};
template <class T>
  requires std::is_function_v<T>
struct PartOf<T> {
  using type = FunctionPart<Call, T*>;
  static type make(const T& word) { return type{{}, &word}; }
};

template <class T>
using part_of = typename PartOf<T>::type;
template <class T>
part_of<T> as_part(const T& word) {
  return PartOf<T>::make(word);
}

template <class T>
std::vector<part_of<T>> parts_of(const std::vector<T>& stages) {
  std::vector<part_of<T>> parts;
  parts.reserve(stages.size());
  for (const T& stage : stages) parts.push_back(as_part(stage));
  return parts;
}
template <class T>
struct PartOf<std::vector<T>> {
  using type = Several<Graph::Kind::serial, part_of<T>>;
  static type make(const std::vector<T>& stages) { return type{parts_of(stages), false}; }
};

template <Graph::Kind kind, class... Parts>
auto branches(Parts... parts) {
  return Branches<kind, Parts...>{std::move(parts)...};
}
template <Graph::Kind kind, class Part>
auto copies(Count count, const Part& part) {
  return Several<kind, Part>{std::vector<Part>(count.checked(kind), part), true};
}

}  // namespace detail

/// One after the other.
template <class... Words>
  requires(sizeof...(Words) > 0)
auto Serial(const Words&... words) { return detail::Serial<detail::part_of<Words>...>{detail::as_part(words)...}; }
template <class Stage>
auto Serial(const std::vector<Stage>& stages) {
  return detail::as_part(stages);
}

/// Side by side, sharing the work: each item goes to exactly one, to the first that is idle.
template <class... Words>
  requires(sizeof...(Words) > 0)
auto Parallel(const Words&... words) { return detail::branches<Graph::Kind::parallel>(detail::as_part(words)...); }
template <class Stage>
auto Parallel(const std::vector<Stage>& stages) {
  return detail::Several<Graph::Kind::parallel, detail::part_of<Stage>>{detail::parts_of(stages), false};
}

/// Side by side, each getting every item.
template <class... Words>
  requires(sizeof...(Words) > 0)
auto Broadcast(const Words&... words) { return detail::branches<Graph::Kind::broadcast>(detail::as_part(words)...); }
template <class Stage>
auto Broadcast(const std::vector<Stage>& stages) {
  return detail::Several<Graph::Kind::broadcast, detail::part_of<Stage>>{detail::parts_of(stages), false};
}

template <class... Words>
  requires(sizeof...(Words) > 0)
auto S(const Words&... words) { return Serial(words...); }
template <class... Words>
  requires(sizeof...(Words) > 0)
auto P(const Words&... words) { return Parallel(words...); }
template <class... Words>
  requires(sizeof...(Words) > 0)
auto B(const Words&... words) { return Broadcast(words...); }

/// `count` replicas that share the work. Throws Error for less than 1.
template <int = 0, class Word>
auto As(detail::Count count, const Word& word) {
  return detail::copies<Graph::Kind::parallel>(count, detail::as_part(word));
}
template <class Stage, class... Args>
  requires detail::stage_class<Stage>
auto As(detail::Count count, Args&&... args) {
  return detail::copies<Graph::Kind::parallel>(count, detail::as_part(Stage(std::forward<Args>(args)...)));
}

/// `count` replicas that each get every item. Throws Error for less than 1.
template <int = 0, class Word>
auto By(detail::Count count, const Word& word) {
  return detail::copies<Graph::Kind::broadcast>(count, detail::as_part(word));
}
template <class Stage, class... Args>
  requires detail::stage_class<Stage>
auto By(detail::Count count, Args&&... args) {
  return detail::copies<Graph::Kind::broadcast>(count, detail::as_part(Stage(std::forward<Args>(args)...)));
}

/// A function as a stage, with arguments bound behind the item: `Map(add, 0.25)` calls add(x, 0.25). Also takes a pointer
/// to a data member: `Map(&Image::width)`.
template <class Fn, class... Bound>
auto Map(Fn fn, Bound... bound) {
  return detail::FunctionPart<detail::Call, Fn, Bound...>{"Map", fn, std::move(bound)...};
}

/// Passes on the items for which the predicate holds.
template <class Fn, class... Bound>
auto Filter(Fn fn, Bound... bound) {
  return detail::FunctionPart<detail::Keep, Fn, Bound...>{"Filter", fn, std::move(bound)...};
}

}  // namespace mpyx
