// Stages inside a Seq or Zip on several hosts give the answers of one host, in the order of what came in.
// hosts: 4 7
// run: 1 5    compare: exact
// seconds: 90
#include <mpyx/mpyx.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <numeric>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

using namespace mpyx;
using namespace std::chrono_literals;

namespace {

int hosts = 1;
/// A part on the job's n-th host, as far as there is one.
template <class Part>
auto on(int n, const Part& part) {
  return S(part).on(Host{n % hosts});
}
auto numbers(int n) { return Iter(std::views::iota(0, n)); }

/// Takes its time, a different one for each item.
int slowly(int x) {
  std::this_thread::sleep_for(std::chrono::microseconds{(x * 7919) % 400});
  return x;
}
int same(int x) { return x; }
int next(int x) { return x + 1; }
std::optional<int> no_threes(int x) { return x % 3 == 0 ? std::nullopt : std::optional{x}; }
int sum(std::vector<int> all) { return std::accumulate(all.begin(), all.end(), 0); }

struct Times : F<int, int> {  // of x as many as its last digit
  void process(int x) override {
    for (int i = 0; i < x % 10; ++i) put(x * 10 + i);
  }
};
struct LastWords : F<int, int> {
  int sum = 0;
  void setup() override { put(-1); }
  void process(int x) override { sum += x, put(x); }
  void teardown() override { put(sum); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(sum);
  }
};
struct Sometimes : F<int, int> {  // fails at every fifth, after half of what it puts; a second try helps
  bool ever = false;
  int last = -1;
  Sometimes() = default;
  explicit Sometimes(bool always) : ever{always} {}
  void process(int x) override {
    put(x);
    if (x % 5 == 4 && (ever || std::exchange(last, x) != x)) throw std::runtime_error("at " + std::to_string(x));
    put(-x);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ever, last);
  }
};
struct Heavy : F<int, int> {  // its host is the last to begin
  std::string load = std::string(std::size_t{8} << 20, 'x');
  void process(int x) override { put(x); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(load);
  }
};
struct Where : F<int, std::string> {
  void setup() override { put(host()); }
  void process(int) override {}
};
struct Endless : F<void, int> {
  void setup() override {
    for (int n = 0;; ++n) put(n);
  }
};

struct Picture {
  int number = 0;
  Buffer<std::uint8_t> pixels;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, pixels);
  }
};
Picture draw(int n) {
  Picture picture{n, Buffer<std::uint8_t>(n % 5 == 0 ? 1'500'000 : 20'000)};
  std::ranges::fill(picture.pixels.mutate(), static_cast<std::uint8_t>(n));
  return picture;
}
Picture brighter(Picture picture) {
  for (auto& value : picture.pixels.mutate()) ++value;
  return picture;
}
int check(Picture picture) {
  const auto wanted = static_cast<std::uint8_t>(picture.number + 1);
  return std::ranges::all_of(picture.pixels.view(), [&](auto value) { return value == wanted; }) ? picture.number : -1;
}
std::string large(int n) { return std::string(static_cast<std::size_t>(n % 4 * 30'000), 'x') + std::to_string(n); }
int size(std::string text) { return static_cast<int>(text.size()); }

template <class T>
void show(const char* what, const std::vector<T>& got, const std::vector<T>& wanted) {
  std::cout << what << (got == wanted ? " ok\n" : " WRONG\n");
  if (got == wanted) return;
  const auto at = std::ranges::mismatch(got, wanted).in1 - got.begin();
  std::cerr << what << ": " << got.size() << " items instead of " << wanted.size() << ", differ at " << at << '\n';
}
std::vector<int> first(int n) {
  std::vector<int> all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

void plain() {
  auto places = EZ(numbers(10), Seq(As(6, Where{}))).list();
  std::ranges::sort(places);
  const auto rest = std::ranges::unique(places);
  std::cout << (rest.begin() - places.begin() == hosts ? "on all hosts\n" : "not on all hosts\n");
  show("a farm", EZ(numbers(2000), Seq(As(6, slowly))).list(), first(2000));
  show("many", EZ(numbers(30'000), Seq(As(4, same))).list(), first(30'000));
  show("host to host", EZ(numbers(5000), Seq(on(1, slowly), on(2, same), on(1, same))).list(), first(5000));
  show("farm to farm", EZ(numbers(3000), Seq(As(3, slowly), As(3, same))).list(), first(3000));
  show("all on one other", EZ(numbers(2000), Seq(As(2, slowly), same).on(Host{1 % hosts})).list(), first(2000));
}

void multiply() {
  std::vector<int> wanted;
  for (const int x : first(2000)) {
    for (int i = 0; i < x % 10; ++i) {
      if ((x * 10 + i) % 3 != 0) wanted.push_back(x * 10 + i);
    }
  }
  auto made = EZ(numbers(2000), Seq(on(1, Times{}), As(4, no_threes))).list();
  std::cout << (std::ranges::is_sorted(made, {}, [](int x) { return x / 10; }) ? "" : "not ") << "in order\n";
  std::ranges::sort(made);  // what a farm makes of one input has no order
  show("more and fewer", made, wanted);
  show("fewer", EZ(numbers(2000), Seq(As(4, no_threes), on(2, slowly))).list().size() == 1333 ? first(1) : first(0),
       first(1));
  std::vector<int> sums;
  for (int x = 0; x < 1000; x += 4) sums.push_back(4 * x + 6);
  show("batches", EZ(numbers(1000), Seq(on(1, Batch(4)), As(3, sum))).list(), sums);
  auto with_ends = first(500);
  with_ends.insert(with_ends.begin(), -1);
  with_ends.push_back(499 * 250);
  show("setup and teardown", EZ(numbers(500), Seq(on(1, LastWords{}), on(2, same))).list(), with_ends);
}

void nested() {
  auto plus_two = first(2000);
  for (int& x : plus_two) x += 2;
  show("Seq in Seq", EZ(numbers(2000), Seq(As(2, slowly), Seq(on(1, next), As(3, slowly)), on(2, next))).list(),
       plus_two);
  show("farm of Seqs", EZ(numbers(2000), Seq(As(3, Seq(As(2, slowly), next)), As(2, next))).list(), plus_two);
  std::vector<std::tuple<int, int, int>> tuples;
  for (const int x : first(1500)) {
    if (x % 3 != 0) tuples.emplace_back(x, x + 1, x + 2);
  }
  show("Zip", EZ(numbers(1500), Zip(on(1, no_threes), S(As(2, slowly), next), S(on(2, next), on(1, next)))).list(),
       tuples);
  std::vector<std::tuple<int, std::tuple<int, int>>> deep;
  for (const int x : first(1000)) deep.emplace_back(x, std::tuple{x, x + 1});
  show("Zip in Zip", EZ(numbers(1000), Zip(on(2, slowly), Zip(on(1, slowly), on(2, next)))).list(), deep);
}

void ends() {
  show("Take after", EZ(Endless{}, Seq(As(4, slowly)), Take(300)).list(), first(300));
  show("Take inside", EZ(Endless{}, Seq(on(1, same), on(2, Take(300)), on(1, same))).list(), first(300));
  show("Take inside a farm of hosts",
       EZ(numbers(20'000), Seq(As(3, same), on(1, Take(50)), As(2, same))).list().size() == 50 ? first(1) : first(0),
       first(1));
  show("Take before a host has its part",
       EZ(numbers(20'000), Seq(As(3, same), on(1, Take(50)), on(2, Heavy{}))).list().size() == 50 ? first(1) : first(0),
       first(1));
  show("Take in Seq in Seq", EZ(numbers(20'000), Seq(on(1, same), Seq(on(2, same), Take(70)), As(2, same))).list(),
       first(70));
  show("Take behind a Seq, beside a branch that goes on",
       EZ(numbers(20'000), Seq(P(S(Seq(As(4, slowly)), on(1, Take(10))), on(2, same)))).list().size() >= 10 ? first(1)
                                                                                                            : first(0),
       first(1));
  std::vector<int> some;
  for (const int x : EZ(Endless{}, Seq(on(1, same), As(3, slowly))).items()) {
    some.push_back(x);
    if (x == 500) break;
  }
  show("left in the middle", some, first(501));
  auto endless = EZ(Endless{}, Seq(on(1, same), on(2, same)), on(1, [](int) {}));
  endless.start();
  std::this_thread::sleep_for(50ms);
  endless.stop();
  endless.join();
  auto drained = EZ(Endless{}, Seq(As(3, same)), on(1, [](int) {}));
  drained.start();
  std::this_thread::sleep_for(50ms);
  drained.drain();
  drained.join();
  std::cout << "stopped and drained\n";
}

void failures() {
  std::vector<int> all, without;
  for (const int x : first(400)) {
    all.insert(all.end(), {x, -x});
    if (x % 5 != 4) without.insert(without.end(), {x, -x});
  }
  show("skip", EZ(numbers(400), Seq(on(1, Sometimes{true}).on_error(skip), on(2, same))).list(), without);
  show("retry", EZ(numbers(400), Seq(As(3, Sometimes{}).on_error(retry(2)), on(1, same))).list(), all);
  show("dead letters",
       EZ(numbers(400), Seq(As(3, Sometimes{true}).on_error(dead_letter(EZ([](DeadLetter) {}))), on(2, same))).list(),
       without);
  show("handler",
       EZ(numbers(400),
          Seq(on(2, Sometimes{true}).on_error([](const StageError&) { return Verdict::skip; }), on(1, same)))
           .list(),
       without);
  try {
    EZ(numbers(4000), Seq(on(1, Sometimes{true}), As(2, slowly))).list();
    std::cout << "no failure\n";
  } catch (const StageError& error) {
    std::cout << error.stage() << ": " << error.message() << '\n';
  }
}

void buffers() {
  show("pictures", EZ(numbers(150), Seq(on(1, draw), As(3, brighter), on(2, check))).list(), first(150));
  std::vector<int> sizes;
  for (const int n : first(600)) sizes.push_back(size(large(n)));
  show("large ones", EZ(numbers(600), Seq(As(2, large), on(2, size))).list(), sizes);
  show("pictures that nobody takes", EZ(numbers(500), Seq(on(1, draw), on(2, brighter), on(1, check), Take(20))).list(),
       first(20));
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  hosts = session.hosts();
  plain();
  multiply();
  nested();
  ends();
  failures();
  buffers();
}
