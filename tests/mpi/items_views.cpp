// items() in views, and which calls run a graph: start() on a temporary pipeline runs it once, items() after join() again.
// hosts: 5
// run: 1 2 4    compare: exact
#include <mpyx/mpyx.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <iostream>
#include <iterator>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

using namespace mpyx;

namespace {

int runs = 0;  // of this process

struct Numbers : F<void, int> {
  int last = 0;
  Numbers() = default;
  explicit Numbers(int n) : last{n} {}
  void initialize() override { ++runs; }
  void setup() override {
    for (int n = 1; n <= last; ++n) put(n);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(last);
  }
};

/// Puts some numbers, then nothing more until it is told to end.
struct ThenWaits : F<void, int> {
  int last = 0;
  ThenWaits() = default;
  explicit ThenWaits(int n) : last{n} {}
  void setup() override {
    for (int n = 1; n <= last; ++n) put(n);
    while (!stopped()) sleep(std::chrono::seconds{10});
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(last);
  }
};

struct Image {
  int width = 0;
};

int same(int n) { return n; }

using Items = decltype(EZ(Numbers{}, same).items());
static_assert(std::ranges::input_range<Items> && std::ranges::viewable_range<Items> && std::movable<Items>);

template <class Range>
void show(const char* what, Range&& range) {
  std::cout << what;
  for (const int n : range) std::cout << ' ' << n;
  std::cout << ", " << std::exchange(runs, 0) << " runs\n";
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  {
    auto pipeline = EZ(Numbers{3}, same).start();
    static_assert(!std::is_reference_v<decltype(EZ(Numbers{3}, same).start())>);
    std::cout << "started " << pipeline.started() << '\n';
    show("start", pipeline.list());
    show("list again", pipeline.list());
    auto joined = EZ(Numbers{3}, same);
    joined.join();
    joined.join();
    show("join", std::vector<int>{});
    show("list after join", joined.list());
    auto other = EZ(Numbers{3}, same).watch(std::chrono::hours{1}).unwatch().start();
    other.join();
    show("start of another", std::vector<int>{});
  }
  auto endless = EZ(Const(1), same);
  show("take", endless.items() | std::views::take(5));
  std::cout << "left early " << endless.stopped() << '\n';
  auto waits = EZ(ThenWaits{5}, same);
  show("take what there is", waits.items() | std::views::take(5));  // does not wait for a sixth
  show("transform", EZ(Numbers{4}, same).items() | std::views::filter([](int n) { return n % 2 == 0; }) |
                        std::views::transform([](int n) { return n * n; }));
  std::vector<int> copied;
  std::ranges::copy(EZ(Numbers{3}, same).items(), std::back_inserter(copied));
  show("copy", copied);
  auto some = EZ(Numbers{6}, same);
  auto rest = some.items();
  show("first", rest | std::views::take(2));
  show("then", rest | std::views::take(2));
  rest = EZ(Numbers{2}, same).items();  // leaves the other
  std::cout << "assigned " << some.stopped() << '\n';
  show("rest", std::move(rest));

  const auto source = stage(ThenWaits{2}).named("ticks");
  auto pipeline = EZ(source, same);
  int seen = 0;
  for (const int n : pipeline.items()) {
    if ((seen += n) == 3) source.stop();
  }
  std::cout << "stage stopped " << seen << source.stopped() << source.finished() << '\n';
  const auto middle = stage(Map(same)).on(Host{session.hosts() - 1});
  auto farm = EZ(Const(1), P(middle, same));
  for (const int n : farm.items()) {
    if ((seen += n) == 10) middle.stop();
    if (middle.finished()) break;  // the other goes on
  }
  std::cout << "one of two stopped " << middle.stopped() << '\n';
  show("members", EZ(Const(Image{3}, 2), Map(&Image::width)).items());
}
