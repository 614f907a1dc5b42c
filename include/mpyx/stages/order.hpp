#pragma once

#include <mpyx/compose.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// Seq and Zip. Inputs are numbered at the entry; the exit gives on what belongs to input n once nothing of n is under way
/// inside any more, whether it was dropped, multiplied, batched or reordered there. (What is put from setup() comes first,
/// from teardown() last.) Only the entry waits; so no order inside can lock the part up.
namespace mpyx {
namespace detail {

/// Hears at an exit that everything belonging to one input was processed.
class InputCollector {
 public:
  virtual ~InputCollector() = default;
  /// Until it is told otherwise: what is processed belongs to no input, but was put from setup().
  virtual void collect_early(bool early) = 0;
  virtual void input_complete() = 0;
};

/// Makes tuples of the branches' results for one input: the k-th of each; the shortest branch decides how many. What they put
/// from setup() makes tuples of its own. A tuple has the meta of all its parts, which is what the input had and what the
/// branches added to it; where they differ, that of the first one.
template <class... Ts>
class ZipStage : public F<std::variant<Ts...>, std::tuple<Ts...>>, public InputCollector {
 public:
  void process(std::variant<Ts...> item) override {
    keep(std::move(item), early_ ? early_results_ : results_, std::index_sequence_for<Ts...>{});
  }
  void collect_early(bool early) override { early_ = early; }
  void input_complete() override {
    put_tuples(early_ ? early_results_ : results_);
    if (early_) {  // what has no partner yet may get one
      if (std::apply([](const auto&... each) { return std::max({each.size()...}); }, early_results_) > most_early) {
        throw std::runtime_error{"more than " + std::to_string(most_early) +
                                 " items that a branch of Zip put from setup() wait for those of the other branches"};
      }
      return;
    }
    std::apply([](auto&... each) { (each.clear(), ...); }, results_);
  }
  void save_to(Writer&) const {}
  static std::unique_ptr<ZipStage> load_from(Reader&) { return std::make_unique<ZipStage>(); }

 private:
  template <class T>
  struct Result {
    T item;
    Meta meta;
  };
  using Results = std::tuple<std::deque<Result<Ts>>...>;
  static constexpr std::size_t most_early = 4096;

  template <std::size_t... Is>
  void keep(std::variant<Ts...> item, Results& results, std::index_sequence<Is...>) {
    const auto keep_one = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
      if (item.index() == I) std::get<I>(results).push_back({std::get<I>(std::move(item)), this->meta});
    };
    (keep_one(std::integral_constant<std::size_t, Is>{}), ...);
  }
  void put_tuples(Results& results) {
    const auto put_one = [this](auto&... each) {
      if ((each.empty() || ...)) return false;
      this->meta.clear();
      (add(each.front().meta), ...);
      this->put(std::tuple<Ts...>{std::move(each.front().item)...});
      (each.pop_front(), ...);
      return true;
    };
    while (std::apply(put_one, results)) {
    }
  }
  void add(Meta& more) {
    if (std::ranges::equal(more.bytes(), this->meta.bytes())) return;
    for (const auto& name : more.names()) {
      if (!this->meta.contains(name)) this->meta[name] = more[name];
    }
  }

  Results results_, early_results_;
  bool early_ = false;
};

template <class Stage, class Given, class Wire>
int add_gate_node(Blueprint& blueprint, const char* name, OrderRole role, int gate, const Entry& entry) {
  BlueprintNode node;
  node.name = name;
  node.type = &stage_type<Stage, Given, Wire>;
  node.object = std::make_shared<Stage>();
  node.internal = true;
  node.role = role;
  node.gate = gate;
  return blueprint.add_node(std::move(node), entry, item_type<Given>());
}

template <class Part>
class Sequence : public Told<Sequence<Part>> {
 public:
  using Shown = Sequence;
  using natural_input = typename Part::natural_input;

  explicit Sequence(Part part) : part_{std::move(part)} {}
  template <class Given>
  using output = output_of<Part, Given>;
  template <class Before, class Given>
  static constexpr void check() {
    Part::template check<Before, Given>();
  }

  template <class Given, class Wire>
  std::vector<int> build(Blueprint& blueprint, const Entry& entry) const {
    using Out = output<Given>;
    blueprint.open(Graph::Kind::seq, this->options_);
    std::vector<int> exits;
    if constexpr (std::is_void_v<Given> || std::is_void_v<Out> || std::is_same_v<Out, any_value>) {
      exits = part_.template build<Given, Wire>(blueprint, entry);  // nothing comes in, or nothing goes out
    } else {
      const int in = add_gate_node<Relay<Given>, Given, Given>(blueprint, "in order", OrderRole::entry,
                                                               blueprint.gate_count, entry);
      const int gate = blueprint.open_gate();
      const auto inner = part_.template build<Given, Out>(blueprint, Entry{{in}, -1});
      exits = {add_gate_node<Relay<Out>, Out, Wire>(blueprint, "in order", OrderRole::exit, gate, Entry{inner, -1})};
      blueprint.close_gate();
    }
    blueprint.close();
    return exits;
  }

 private:
  Part part_;
};

template <class... Parts>
class ZipPart : public Told<ZipPart<Parts...>> {
 private:
  template <class Given>
  static auto output_type() {
    if constexpr ((std::is_same_v<output_of<Parts, Given>, any_value> || ...) ||
                  (std::is_void_v<output_of<Parts, Given>> || ...)) {
      return std::type_identity<any_value>{};
    } else {
      return std::type_identity<std::tuple<output_of<Parts, Given>...>>{};
    }
  }

 public:
  using Shown = ZipPart;
  using natural_input = typename std::tuple_element_t<0, std::tuple<Parts...>>::natural_input;

  explicit ZipPart(Parts... parts) : parts_{std::move(parts)...} {}
  template <class Given>
  using output = typename decltype(output_type<Given>())::type;
  template <class Before, class Given>
  static constexpr void check() {
    (Parts::template check<Before, Given>(), ...);
    static_assert(!(std::is_void_v<output_of<Parts, Given>> || ...),
                  "mpyx: every branch of a Zip has to put something");
  }

  template <class Given, class Wire>
  std::vector<int> build(Blueprint& blueprint, const Entry& entry) const {
    std::vector<int> exits;
    blueprint.open(Graph::Kind::zip, this->options_);
    if constexpr (!std::is_void_v<Given> && !std::is_same_v<output<Given>, any_value>) {
      using Any = std::variant<output_of<Parts, Given>...>;
      const int in = add_gate_node<Relay<Given>, Given, Given>(blueprint, "in order", OrderRole::entry,
                                                               blueprint.gate_count, entry);
      const int gate = blueprint.open_gate();
      const auto inner = build_branches<Given, Any>(blueprint, Entry{{in}, -1}, std::index_sequence_for<Parts...>{});
      // The shortest wins: without one branch there is no further tuple. (One that is a broadcast is not over with one part.)
      auto& shared = blueprint.nodes[static_cast<std::size_t>(in)];
      shared.needs_all = shared.outputs.size() == sizeof...(Parts);
      using Stage = ZipStage<output_of<Parts, Given>...>;
      exits = {add_gate_node<Stage, Any, Wire>(blueprint, "zip", OrderRole::exit, gate, Entry{inner, -1})};
      blueprint.close_gate();
    }
    blueprint.close();
    return exits;
  }

 private:
  template <class Given, class Any, std::size_t... Is>
  std::vector<int> build_branches(Blueprint& blueprint, const Entry& entry, std::index_sequence<Is...>) const {
    std::vector<int> all;
    const auto add = [&](const std::vector<int>& exits) { all.insert(all.end(), exits.begin(), exits.end()); };
    (add(std::get<Is>(parts_).template build<Given, Indexed<Is, Any>>(blueprint, entry)), ...);
    return all;
  }
  std::tuple<Parts...> parts_;
};

}  // namespace detail

/// Whatever is inside, what comes out is in the order of what went in.
template <class... Words>
auto Seq(const Words&... words) {
  if constexpr (sizeof...(Words) == 1) {
    return detail::Sequence<detail::part_of<Words>...>{detail::as_part(words)...};
  } else {
    return detail::Sequence{Serial(words...)};
  }
}

/// Each item goes to every branch; their results for one item come out as std::tuples, in the order of the items: the k-th
/// results of all branches make the k-th tuple. The shortest wins: a branch that puts nothing for an item (a Filter) leaves no
/// tuple for it, and results that the others have too many of are dropped. Once a branch has ended (a Take), so has the Zip,
/// unless one begins with a broadcast. A tuple's meta is that of its parts together: what the item had and what the branches
/// added; where they differ, that of the first branch. What all branches put from setup() makes
/// tuples as well, and what they put from teardown().
template <class... Words>
  requires(sizeof...(Words) > 1)
auto Zip(const Words&... words) { return detail::ZipPart<detail::part_of<Words>...>{detail::as_part(words)...}; }

}  // namespace mpyx
