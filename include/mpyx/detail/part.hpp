#pragma once

#include <mpyx/detail/blueprint.hpp>
#include <mpyx/detail/refuse.hpp>
#include <mpyx/detail/types.hpp>

#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// Parts: what EZ, S, P and B are given, between the user's words and the blueprint.
///
/// A part knows at compile time what it accepts and what it gives, and at run time how to add its nodes to a blueprint:
///   natural_input                     what it takes when nothing is before it: a type, void (a source) or undecided
///   output<Given>                     what it gives when fed with Given; void: nothing
///   check<Before, Given>()            the compile-time errors
///   build<Given, Wire>(bp, entry)     adds nodes that put into a channel of Wire; returns those that put
namespace mpyx {

/// A host of the job by its number, for .on(Host{1}).
struct Host {
  int index = 0;
};

}  // namespace mpyx

namespace mpyx::detail {

template <class T>
concept part = requires {
  typename T::is_part;
};

template <class T>
concept one_stage = part<T> && requires(const T& part) {
  part.default_name();
};

template <class Part, class Given>
using output_of = typename Part::template output<Given>;

template <bool shareable, class Pipeline>
void attach_xcut(PartOptions& options, std::string name, const Pipeline& pipeline, std::shared_ptr<Origin> origin);

template <class T>
struct PartOf;  // compose.hpp
template <class First>
inline constexpr bool takes_dead_letters = std::is_same_v<First, DeadLetter>;
template <class Word>
inline constexpr bool is_error_policy = std::is_invocable_r_v<Verdict, const Word&, const StageError&>;

template <class Word>
void set_policy(PartOptions& options, const Word& word) {
  auto policy = std::make_shared<ErrorPolicy>();
  if constexpr (std::is_same_v<Word, SkipWord>) {
    policy->kind = ErrorPolicy::Kind::skip;
  } else if constexpr (std::is_same_v<Word, RetryWord>) {
    policy->kind = ErrorPolicy::Kind::retry;
    policy->retries = word.more;
    policy->pause = word.pause;
  } else if constexpr (requires { word.pipeline; }) {
    using First = typename PartOf<std::remove_cvref_t<decltype(word.pipeline)>>::type::natural_input;
    static_assert(takes_dead_letters<First>,
                  "mpyx: the pipeline of dead_letter() has to begin with a stage that takes mpyx::DeadLetter");
    policy->kind = ErrorPolicy::Kind::dead_letter;
    if constexpr (takes_dead_letters<First>) {
      if (options.origin) options.origin->attach(dead_letter_name, word.origin);
      attach_xcut<Word::shareable>(options, dead_letter_name, word.pipeline, word.origin);
    }
  } else {
    static_assert(
        is_error_policy<Word>,
        "mpyx: on_error takes skip, retry(n), dead_letter(pipeline) or a function Verdict(const StageError&)");
    policy->kind = ErrorPolicy::Kind::handler;
    if constexpr (is_error_policy<Word>) policy->handler = word;
  }
  options.policy = std::move(policy);
}

/// What every part can be told: a name, a place, and what to do about failures.
template <class Self>
class Told {
 public:
  using is_part = void;

  /// A copy of this part under another name, for graph(), messages and watch().
  [[nodiscard]] Self named(std::string name) const {
    Self copy = static_cast<const Self&>(*this);
    copy.options_.name = std::move(name);
    return copy;
  }
  /// A copy that runs on the named host. Throws Error for an empty name.
  [[nodiscard]] Self on(std::string host) const {
    Self copy = static_cast<const Self&>(*this);
    copy.options_.pin(std::move(host));
    return copy;
  }
  /// A copy that runs on the job's host of this number, from 0. Throws Error for a negative one.
  [[nodiscard]] Self on(Host host) const {
    Self copy = static_cast<const Self&>(*this);
    copy.options_.pin(host.index);
    return copy;
  }
  [[nodiscard]] Self on(int) const = delete;  // on(Host{0})
  /// A copy whose stages treat an item that cannot be processed as told: skip, retry(n), dead_letter(pipeline), or a
  /// handler `Verdict(const StageError&)` that runs on the coordinator, one call at a time.
  template <class Word>
  [[nodiscard]] Self on_error(const Word& word) const {
    Self copy = static_cast<const Self&>(*this);
    set_policy(copy.options_, word);
    return copy;
  }

  const PartOptions& options() const { return options_; }
  PartOptions& options() { return options_; }

 protected:
  PartOptions options_;
};

/// Base of every part that is one stage. Self says
///   Shown, natural_input, accepts<Given>, Stage<Given>, make<Given>(), default_name(),
/// and, where it knows better than refuse_input() why it does not accept, refuse<Before, Given>(); `refused`, true where
/// the part itself was reported already.
template <class Self>
class Leaf : public Told<Self> {
 private:
  template <class Given>
  static auto output_type() {
    if constexpr (std::is_same_v<Given, any_value>) {
      return std::type_identity<any_value>{};
    } else if constexpr (Self::template accepts<Given>) {
      using Out = typename Self::template Stage<Given>::output_type;
      if constexpr (std::is_void_v<Out> || serializable<Out>) {
        return std::type_identity<Out>{};
      } else {
        return std::type_identity<any_value>{};
      }
    } else {
      return std::type_identity<any_value>{};
    }
  }

 public:
  template <class Given>
  using output = typename decltype(output_type<Given>())::type;

  template <class Before, class Given>
  static constexpr void check() {
    using Shown = typename Self::Shown;
    if constexpr (std::is_same_v<Given, any_value>) {
    } else if constexpr (Self::template accepts<Given>) {
      check_items<Shown, typename Self::template Stage<Given>::output_type>();
    } else if constexpr (requires { Self::template refuse<Before, Given>(); }) {
      Self::template refuse<Before, Given>();
    } else {
      refuse_input<Before, Given, Shown, typename Self::natural_input>();
    }
  }

  template <class Given, class Wire>
  std::vector<int> build(Blueprint& blueprint, const Entry& entry) const {
    const Self& self = static_cast<const Self&>(*this);
    if constexpr (!std::is_same_v<Given, any_value> && !std::is_same_v<output<Given>, any_value> &&
                  !requires { requires Self::refused; }) {
      using Stage = typename Self::template Stage<Given>;
      BlueprintNode node;
      node.name = this->options_.name.empty() ? self.default_name() : this->options_.name;
      node.type = &stage_type<Stage, Given, Wire>;
      node.object = std::make_shared<Stage>(self.template make<Given>());
      node.options = this->options_;
      node.on_coordinator_host = requires { Stage::names_files; };
      const int id = blueprint.add_node(std::move(node), entry, item_type<Given>());
      if constexpr (!std::is_void_v<typename Stage::output_type>) return {id};
    }
    return {};
  }
};

/// One after the other.
template <class... Parts>
class Serial : public Told<Serial<Parts...>> {
 private:
  template <class Given, class Head, class... Rest>
  static auto fold() {
    using Out = output_of<Head, Given>;
    if constexpr (sizeof...(Rest) == 0) {
      return std::type_identity<Out>{};
    } else if constexpr (std::is_void_v<Out>) {
      return std::type_identity<any_value>{};
    } else {
      return fold<Out, Rest...>();
    }
  }

 public:
  using First = std::tuple_element_t<0, std::tuple<Parts...>>;
  using Shown = typename std::tuple_element_t<sizeof...(Parts) - 1, std::tuple<Parts...>>::Shown;
  using natural_input = typename First::natural_input;

  explicit Serial(Parts... parts) : parts_{std::move(parts)...} {}

  template <class Given>
  using output = typename decltype(fold<Given, Parts...>())::type;

  template <class Before, class Given>
  static constexpr void check() {
    check_from<Before, Given, Parts...>();
  }

  template <class Given, class Wire>
  std::vector<int> build(Blueprint& blueprint, const Entry& entry) const {
    blueprint.open(Graph::Kind::serial, this->options_);
    auto exits = build_from<0, Given, Wire>(blueprint, entry);
    blueprint.close();
    return exits;
  }

  /// The parts alone, without brackets of their own (a pipeline's outermost row).
  template <std::size_t I, class Given, class Wire>
  std::vector<int> build_from(Blueprint& blueprint, const Entry& entry) const {
    const auto& head = std::get<I>(parts_);
    if constexpr (I + 1 == sizeof...(Parts)) {
      return head.template build<Given, Wire>(blueprint, entry);
    } else {
      using Out = output_of<std::tuple_element_t<I, std::tuple<Parts...>>, Given>;
      const auto exits = head.template build<Given, Out>(blueprint, entry);
      return build_from<I + 1, Out, Wire>(blueprint, Entry{exits, -1});
    }
  }

 private:
  template <class Before, class Given, class Head, class... Rest>
  static constexpr void check_from() {
    Head::template check<Before, Given>();
    if constexpr (sizeof...(Rest) > 0) check_from<typename Head::Shown, output_of<Head, Given>, Rest...>();
  }

  std::tuple<Parts...> parts_;
};

/// Passes items of a shared channel on to the branches of a broadcast.
template <class T>
class Relay : public F<T, T> {
 public:
  void process(T item) override { this->put(item); }
};

/// Where the parts of a parallel or broadcast get their items from: all from one channel, or each from its own.
template <class Given>
Entry entry_of_parts(Graph::Kind kind, Blueprint& blueprint, const Entry& entry) {
  if constexpr (std::is_void_v<Given>) {
    return entry;
  } else {
    if (kind == Graph::Kind::parallel) return Entry{{}, blueprint.shared_channel(entry, item_type<Given>())};
    if (entry.channel < 0) return entry;
    BlueprintNode relay;
    relay.name = "relay";
    relay.type = &stage_type<Relay<Given>, Given, Given>;
    relay.object = std::make_shared<Relay<Given>>();
    relay.internal = true;
    return Entry{{blueprint.add_node(std::move(relay), entry, item_type<Given>())}, -1};
  }
}

/// Parts side by side: all take from one channel (parallel), or each gets every item (broadcast).
template <Graph::Kind kind, class... Parts>
class Branches : public Told<Branches<kind, Parts...>> {
 public:
  using Shown = std::conditional_t<kind == Graph::Kind::broadcast, broadcast_of<typename Parts::Shown...>,
                                   parallel_of<typename Parts::Shown...>>;
  using First = std::tuple_element_t<0, std::tuple<Parts...>>;
  using natural_input = typename First::natural_input;

  explicit Branches(Parts... parts) : parts_{std::move(parts)...} {}

  template <class Given>
  using output = merged<output_of<Parts, Given>...>;

  template <class Before, class Given>
  static constexpr void check() {
    (Parts::template check<Before, Given>(), ...);
  }

  template <class Given, class Wire>
  std::vector<int> build(Blueprint& blueprint, const Entry& entry) const {
    const Entry each = entry_of_parts<Given>(kind, blueprint, entry);
    blueprint.open(kind, this->options_);
    std::vector<int> exits;
    auto add = [&](const auto& branch) {
      const auto more = branch.template build<Given, Wire>(blueprint, each);
      exits.insert(exits.end(), more.begin(), more.end());
    };
    std::apply([&](const Parts&... branches) { (add(branches), ...); }, parts_);
    blueprint.close();
    return exits;
  }

 private:
  std::tuple<Parts...> parts_;
};

/// As many parts of one kind as the running program wants: As, By, and vectors in S, P and B.
template <Graph::Kind kind, class Part>
class Several : public Told<Several<kind, Part>> {
 public:
  using Shown = typename Part::Shown;
  using natural_input = typename Part::natural_input;

  Several(std::vector<Part> parts, bool replicas) : parts_{std::move(parts)}, replicas_{replicas} {}

  template <class Given>
  using output = output_of<Part, Given>;

  template <class Before, class Given>
  static constexpr void check() {
    Part::template check<Before, Given>();
    if constexpr (kind == Graph::Kind::serial) Part::template check<typename Part::Shown, output<Given>>();
  }

  template <class Given, class Wire>
  std::vector<int> build(Blueprint& blueprint, const Entry& entry) const {
    if (parts_.empty()) {  // the check of the graph says so
      blueprint.open(kind, this->options_);
      blueprint.close();
      return {};
    }
    if constexpr (kind == Graph::Kind::serial) {
      return build_row<Given, Wire>(blueprint, entry);
    } else {
      return build_branches<Given, Wire>(blueprint, entry);
    }
  }

 private:
  template <class Given, class Wire>
  std::vector<int> build_branches(Blueprint& blueprint, const Entry& entry) const {
    const Entry each = entry_of_parts<Given>(kind, blueprint, entry);
    const int replica = blueprint.replica, replicas = blueprint.replicas, count = static_cast<int>(parts_.size());
    blueprint.open(kind, this->options_);
    std::vector<int> exits;
    for (int i = 0; i < count; ++i) {
      if (replicas_) {
        blueprint.replica = replica * count + i;
        blueprint.replicas = replicas * count;
      }
      const auto more = build_branch<Given, Wire>(parts_[static_cast<std::size_t>(i)], blueprint, each);
      exits.insert(exits.end(), more.begin(), more.end());
    }
    blueprint.replica = replica;
    blueprint.replicas = replicas;
    blueprint.close();
    return exits;
  }

  /// As(n, stage).named(x) is As(n, stage.named(x)), unless the stage has a name.
  template <class Given, class Wire>
  std::vector<int> build_branch(const Part& part, Blueprint& blueprint, const Entry& entry) const {
    if constexpr (one_stage<Part>) {
      if (replicas_ && !this->options_.name.empty() && part.options().name.empty()) {
        return part.named(this->options_.name).template build<Given, Wire>(blueprint, entry);
      }
    }
    return part.template build<Given, Wire>(blueprint, entry);
  }

  template <class Given, class Wire>
  std::vector<int> build_row(Blueprint& blueprint, const Entry& entry) const {
    using Out = output<Given>;
    blueprint.open(kind, this->options_);
    std::vector<int> exits;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const bool last = i + 1 == parts_.size();
      const Entry from = i == 0 ? entry : Entry{exits, -1};
      if (i == 0) {
        exits = last ? parts_[i].template build<Given, Wire>(blueprint, from)
                     : parts_[i].template build<Given, Out>(blueprint, from);
      } else if constexpr (!std::is_void_v<Out>) {
        exits = last ? parts_[i].template build<Out, Wire>(blueprint, from)
                     : parts_[i].template build<Out, Out>(blueprint, from);
      }
    }
    blueprint.close();
    return exits;
  }

  std::vector<Part> parts_;
  bool replicas_;
};

}  // namespace mpyx::detail
