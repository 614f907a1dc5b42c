// Random nestings of parts, Seq and Zip included, on several hosts pinned at random, give the items of a plain loop over the same nesting.
//   random_graphs [COUNT [SEED]]
// run: 1 5    compare: exact
// hosts: 5
// seconds: 120
#include <mpyx/mpyx.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <tuple>
#include <vector>

using namespace mpyx;

namespace {

using Item = long;
using Items = std::vector<Item>;

int hosts = 1;

/// One stage: changes, drops or multiplies items, or keeps some back until the end.
struct Step : F<Item, Item> {
  enum Kind { add, drop, twice, late, kinds };
  int kind = add;
  Item number = 0;
  Items kept;

  Step() = default;
  Step(int what, Item with) : kind{what}, number{with} {}

  void process(Item x) override {
    if (kind == late && x % 4 == number % 4) {
      kept.push_back(x);
      return;
    }
    for (const Item y : results(x)) put(y);
  }
  void teardown() override {
    for (const Item x : kept) put(x);
  }
  Items results(Item x) const {
    if (kind == add) return {(3 * x + number) % 100003};
    if (kind == drop && x % 3 == number % 3) return {};
    if (kind == twice && x % 2 == number % 2) return {x, (x + number) % 100003};
    return {x};
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(kind, number, kept);
  }
};

/// A nesting that is known only when the program runs; as a part of a graph it is whatever it holds.
class Nest : public detail::Told<Nest> {
 public:
  enum class Kind { step, serial, parallel, broadcast, seq, zip };
  using Shown = Step;
  using natural_input = Item;
  template <class Given>
  using output = Item;
  template <class Before, class Given>
  static constexpr void check() {}

  Nest(std::mt19937& random, int depth) {
    const auto below = [&random](int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); };
    kind_ = depth == 0 || below(4) == 0 ? Kind::step : static_cast<Kind>(1 + below(5));
    step_ = Step{below(Step::kinds), below(1000)};
    host_ = hosts > 1 ? below(2 * hosts) : hosts;
    if (kind_ == Kind::step) return;
    copies_ = static_cast<std::size_t>(1 + below(3));
    const bool one = kind_ == Kind::parallel || kind_ == Kind::seq;
    const int parts = kind_ == Kind::zip ? 2 : one ? 1 : 1 + below(3);
    for (int i = 0; i < parts; ++i) parts_.emplace_back(random, kind_ == Kind::zip ? 0 : depth - 1);
    if (kind_ != Kind::zip) return;
    for (auto& branch : parts_) {  // what is kept back belongs to no input, so nothing can be said about its partner
      if (branch.step_.kind == Step::late) branch.step_.kind = Step::twice;
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
      default:
        return use(detail::as_part(step_));
    }
  }

  /// What comes out, in some order.
  Items interpret(const Items& in) const {
    Items out;
    if (kind_ == Kind::step) {
      for (const Item x : in) {
        const Items more = step_.results(x);
        out.insert(out.end(), more.begin(), more.end());
      }
    } else if (kind_ == Kind::broadcast) {
      for (const auto& part : parts_) {
        const Items more = part.interpret(in);
        out.insert(out.end(), more.begin(), more.end());
      }
    } else if (kind_ == Kind::zip) {
      for (const Item x : in) {
        const Items left = parts_.front().step_.results(x), right = parts_.back().step_.results(x);
        for (std::size_t k = 0; k < std::min(left.size(), right.size()); ++k) out.push_back(join({left[k], right[k]}));
      }
    } else {
      out = in;
      for (const auto& part : parts_) out = part.interpret(out);
    }
    return out;
  }

  std::size_t stages() const {
    if (kind_ == Kind::step) return 1;
    std::size_t sum = 0;
    for (const auto& part : parts_) sum += part.stages();
    return kind_ == Kind::parallel ? sum * copies_ : sum;
  }

 private:
  template <class Part>
  Part pinned(const Part& part) const {
    return host_ < hosts ? part.on(Host{host_}) : part;
  }
  auto step() const { return pinned(detail::as_part(step_)); }
  static Item join(std::tuple<Item, Item> both) { return (7 * std::get<0>(both) + std::get<1>(both)) % 100003; }

  Kind kind_;
  int host_ = 0;  // for what is not pinned further inside; as many as there are or more: anywhere
  Step step_;
  std::size_t copies_ = 1;
  std::vector<Nest> parts_;
};

bool same(const Nest& nest, Item count) {
  Items in(static_cast<std::size_t>(count));
  for (Item i = 0; i < count; ++i) in[static_cast<std::size_t>(i)] = i;
  Items expected = nest.interpret(in);
  auto pipeline = EZ(Iter(in), nest);
  Items got = pipeline.list();
  std::ranges::sort(expected);
  std::ranges::sort(got);
  if (got == expected) return true;
  std::cout << "differs, " << got.size() << " items instead of " << expected.size() << ": " << pipeline.graph() << '\n';
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  hosts = session.hosts();
  const int few = session.hosts() > 1 ? 30 : session.ranks() > 1 ? 100 : 500;
  const int count = argc > 1 ? std::atoi(argv[1]) : few;
  const auto seed = static_cast<unsigned>(argc > 2 ? std::atoi(argv[2]) : 1);
  int wrong = 0, done = 0;
  for (unsigned number = 0; done < count; ++number) {
    std::mt19937 random{seed * 1000003 + number};
    const Nest nest{random, 4};
    if (nest.stages() > 60) continue;
    ++done;
    if (!same(nest, static_cast<Item>(random() % 300))) {
      std::cout << "seed " << seed << ", graph " << number << '\n';
      ++wrong;
    }
  }
  std::cout << (wrong == 0 ? "same answers" : "wrong answers") << '\n';
  return wrong == 0 ? 0 : 1;
}
