// Random nestings of parts, with stages that drop, multiply, batch and keep items back, sinks, Seq and Zip, under small
// capacities, on several hosts pinned at random: they give the items of a plain loop over the same nesting, in its order
// where order is promised.
//   random_graphs [COUNT [SEED]]
// run: 1 5    compare: exact    sanitize: thread
// hosts: 5
// seconds: 120
#include <mpyx/mpyx.hpp>

#include <algorithm>
#include <compare>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <random>
#include <tuple>
#include <vector>

using namespace mpyx;

namespace {

constexpr long modulus = 100003;
constexpr long belongs_to_none = std::numeric_limits<long>::max();  // put from teardown()

struct Item {
  long value;
  long input;  // the number of the source's item that it comes from
  auto operator<=>(const Item&) const = default;
};
using Items = std::vector<Item>;

int hosts = 1;

/// One stage: changes, drops, multiplies or adds up items, or keeps some back until the end.
struct Step : F<Item, Item> {
  enum Kind { add, drop, twice, late, batch, kinds };
  int kind = add;
  long number = 0;
  Items kept;

  Step() = default;
  Step(int what, long with) : kind{what}, number{with} {}

  void process(Item item) override {
    for (const Item& each : take(item)) put(each);
  }
  void teardown() override {
    for (const Item& each : rest()) put(each);
  }
  Items take(Item item) {
    const auto [x, input] = item;
    if (kind == late && x % 4 == number % 4) {
      kept.push_back(item);
      return {};
    }
    if (kind == batch) {
      kept.push_back(item);
      return kept.size() < 2 + static_cast<std::size_t>(number % 7) ? Items{} : Items{added_up(input)};
    }
    if (kind == add) return {{(3 * x + number) % modulus, input}};
    if (kind == drop && x % 3 == number % 3) return {};
    if (kind == twice && x % 2 == number % 2) return {item, {(x + number) % modulus, input}};
    return {item};
  }
  Items rest() {
    if (kind == batch) return kept.empty() ? Items{} : Items{added_up(belongs_to_none)};
    for (Item& each : kept) each.input = belongs_to_none;
    return std::exchange(kept, {});
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(kind, number);
  }

 private:
  Item added_up(long input) {
    long sum = 0;
    for (const Item& each : std::exchange(kept, {})) sum = (2 * sum + each.value) % modulus;
    return {sum, input};
  }
};

/// The end of a branch; what it got, added up, goes to main() beside the graph.
struct Sink : F<Item, void> {
  Queue<long> sums;
  long sum = 0;
  Sink() = default;
  explicit Sink(Queue<long> to) : sums{std::move(to)} {}
  void process(Item item) override { sum += item.value; }
  void teardown() override { sums.put(sum); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(sums);
  }
};

/// A nesting that is known only when the program runs; as a part of a graph it is whatever it holds.
class Nest : public detail::Told<Nest> {
 public:
  enum class Kind { step, serial, parallel, broadcast, seq, zip, sink };
  using Shown = Step;
  using natural_input = Item;
  template <class Given>
  using output = Item;
  template <class Before, class Given>
  static constexpr void check() {}

  /// `fixed`: what comes in has one order in every run. `ends`: it may be a sink.
  Nest(std::mt19937& random, int depth, bool fixed, bool ends = false) {
    const auto below = [&random](int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); };
    kind_ = ends && below(4) == 0         ? Kind::sink
            : depth == 0 || below(4) == 0 ? Kind::step
                                          : static_cast<Kind>(1 + below(5));
    step_ = Step{below(fixed ? Step::kinds : Step::batch), below(1000)};
    host_ = hosts > 1 ? below(2 * hosts) : hosts;
    fixed_ = fixed;
    if (kind_ == Kind::step || kind_ == Kind::sink) return;
    copies_ = static_cast<std::size_t>(1 + below(3));
    const bool one = kind_ == Kind::parallel || kind_ == Kind::seq;
    const int parts = kind_ == Kind::zip ? 2 : one ? 1 : 1 + below(3);
    for (int i = 0; i < parts; ++i) {
      const bool same_order = kind_ == Kind::serial ? fixed_ : fixed && (kind_ != Kind::parallel || copies_ == 1);
      parts_.emplace_back(random, kind_ == Kind::zip ? 0 : depth - 1, same_order, kind_ == Kind::broadcast && i > 0);
      if (kind_ == Kind::serial) fixed_ = parts_.back().fixed_;
    }
    if (kind_ == Kind::parallel) fixed_ = copies_ == 1 && parts_.front().fixed_;
    if (kind_ == Kind::broadcast) fixed_ = parts == 1 && parts_.front().fixed_;
    if (kind_ == Kind::seq) fixed_ = parts_.front().fixed_ || (fixed && parts_.front().is_farm_of_steps());
    if (kind_ != Kind::zip) return;
    for (auto& branch : parts_) {  // what is kept back belongs to no input, so nothing can be said about its partner
      if (branch.step_.kind >= Step::late) branch.step_.kind = Step::twice;
    }
  }

  template <class Given, class Wire>
  std::vector<int> build(detail::Blueprint& blueprint, const detail::Entry& entry) const {
    const auto use = [&](const auto& part) { return pinned(part).template build<Item, Item>(blueprint, entry); };
    switch (kind_) {
      case Kind::serial:
        return use(S(parts_));
      case Kind::parallel:
        return use(As(copies_, parts_.front()));
      case Kind::broadcast:
        return use(B(parts_));
      case Kind::seq:
        return use(Seq(parts_.front()));
      case Kind::zip:
        return use(S(Zip(parts_.front().step(), parts_.back().step()), join));
      case Kind::sink:
        pinned(detail::as_part(Sink{*sums_})).template build<Item, void>(blueprint, entry);
        return {};
      default:
        return use(detail::as_part(step_));
    }
  }

  /// What comes out; in some order, unless fixed(). `sunk` grows by what sinks get.
  Items interpret(const Items& in, long& sunk) const {
    Items out;
    const auto append = [&out](const Items& more) { out.insert(out.end(), more.begin(), more.end()); };
    if (kind_ == Kind::step) {
      Step step = step_;
      for (const Item& item : in) append(step.take(item));
      append(step.rest());
    } else if (kind_ == Kind::sink) {
      for (const Item& item : in) sunk += item.value;
    } else if (kind_ == Kind::broadcast) {
      for (const auto& part : parts_) append(part.interpret(in, sunk));
    } else if (kind_ == Kind::zip) {
      Step left = parts_.front().step_, right = parts_.back().step_;
      for (const Item& item : in) {
        const Items a = left.take(item), b = right.take(item);
        for (std::size_t k = 0; k < std::min(a.size(), b.size()); ++k) out.push_back(join({a[k], b[k]}));
      }
    } else {
      out = in;
      for (const auto& part : parts_) out = part.interpret(out, sunk);
    }
    return out;
  }

  std::size_t stages() const {
    if (parts_.empty()) return 1;
    std::size_t sum = 0;
    for (const auto& part : parts_) sum += part.stages();
    return kind_ == Kind::parallel ? sum * copies_ : sum;
  }
  std::size_t sinks() const {
    if (kind_ == Kind::sink) return 1;
    std::size_t sum = 0;
    for (const auto& part : parts_) sum += part.sinks();
    return kind_ == Kind::parallel ? sum * copies_ : sum;
  }
  /// What comes out has one order in every run.
  bool fixed() const { return fixed_; }
  void sink_into(const Queue<long>& sums) {
    sums_ = &sums;
    for (auto& part : parts_) part.sink_into(sums);
  }

 private:
  template <class Part>
  Part pinned(const Part& part) const {
    return host_ < hosts ? part.on(Host{host_}) : part;
  }
  auto step() const { return pinned(detail::as_part(step_)); }
  /// Then what it puts for one input has one order.
  bool is_farm_of_steps() const {
    return kind_ == Kind::parallel && parts_.front().kind_ == Kind::step && parts_.front().step_.kind < Step::late;
  }
  static Item join(std::tuple<Item, Item> both) {
    const auto& [a, b] = both;
    return {(7 * a.value + b.value) % modulus, a.input};
  }

  Kind kind_;
  int host_ = 0;  // for what is not pinned further inside; as many as there are or more: anywhere
  Step step_;
  std::size_t copies_ = 1;
  bool fixed_ = false;
  std::vector<Nest> parts_;
  const Queue<long>* sums_ = nullptr;
};

/// What is wrong with the items of a run; nothing when they are right.
std::string wrong(const Nest& nest, Items got, Items expected, bool in_order) {
  if (in_order && !std::ranges::is_sorted(got, {}, &Item::input))
    return "items of later inputs are before earlier ones";
  if (nest.fixed() && got != expected) return "other items, or another order";
  std::ranges::sort(expected);
  std::ranges::sort(got);
  return got == expected ? "" : "other items";
}

std::string run(Nest& nest, std::mt19937& random) {
  Items in(random() % 300);
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = {static_cast<long>(i), static_cast<long>(i)};
  const std::size_t capacity = random() % 2 == 0 ? 0 : 1 + random() % 4;
  const bool in_order = random() % 3 == 0;
  const Queue<long> sums{nest.sinks() + 1};
  nest.sink_into(sums);
  long expected_sum = 0, sum = 0;
  const Items expected = nest.interpret(in, expected_sum);
  Items got;
  const auto collect = [&](auto pipeline) { got = pipeline.capacity(capacity).list(); };
  if (in_order) {
    collect(EZ(Iter(in), Seq(nest)));
  } else {
    collect(EZ(Iter(in), nest));
  }
  for (std::size_t i = 0; i < nest.sinks(); ++i) sum += Queue<long>{sums}.get();
  if (sum != expected_sum) return "other items in sinks";
  return wrong(nest, std::move(got), expected, in_order);
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  hosts = session.hosts();
  const int few = session.hosts() > 1 ? 30 : session.ranks() > 1 ? 100 : 500;
  const int count = argc > 1 ? std::atoi(argv[1]) : few;
  const auto seed = static_cast<unsigned>(argc > 2 ? std::atoi(argv[2]) : 1);
  int bad = 0, done = 0;
  for (unsigned number = 0; done < count; ++number) {
    std::mt19937 random{seed * 1000003 + number};
    Nest nest{random, 5, true};
    if (nest.stages() > 60) continue;
    ++done;
    const std::string what = run(nest, random);
    if (what.empty()) continue;
    ++bad;
    std::cout << "seed " << seed << ", graph " << number << ": " << what << ": " << EZ(nest).graph() << '\n';
  }
  std::cout << (bad == 0 ? "same answers" : "wrong answers") << '\n';
  return bad == 0 ? 0 : 1;
}
