// Lists in Iter, items that can only be moved, paths, and stages for Boost.Serialization that hold handles and frames.
// run: 1 5    compare: exact
// hosts: 5
#include <mpyx/mpyx.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <ranges>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

using namespace mpyx;

template <class T, class Source>
constexpr bool gives = std::is_same_v<typename Source::output_type, T>;

template <class Results>
static void show(Results pipeline) {
  for (const auto& each : pipeline.items()) std::cout << each << ' ';
  std::cout << '\n';
}
static std::size_t length(const std::vector<int>& numbers) { return numbers.size(); }

static void lists() {
  const std::vector<int> vec{4, 5};
  const std::vector<std::vector<int>> vecs{{1}, {2}};
  const std::vector<std::string> texts{"x", "y"};
  const std::string text = "t";
  static_assert(gives<int, decltype(Iter{vec})> && gives<std::vector<int>, decltype(Iter{vec, vec})>);
  static_assert(gives<std::string, decltype(Iter({"a", "b"}))> && gives<std::string, decltype(Iter{text, text})>);
  static_assert(gives<std::string, decltype(Iter(texts))> && gives<std::vector<int>, decltype(Iter(vecs))>);
  show(EZ(Iter{1, 2, 3}));
  show(EZ(Iter({1, 2, 3})));
  show(EZ(Iter{vec}));
  show(EZ(Iter{std::views::iota(1, 4)}));
  show(EZ(Iter({"a", "b"})));
  show(EZ(Iter{"a"}));
  show(EZ(Iter{text, text}));
  show(EZ(Iter{texts}));
  show(EZ(Iter({vec, vec}), length));
  show(EZ(Iter{vec, vec, vec}, length));
  show(EZ(Iter{vecs}, length));
}

static std::unique_ptr<int> number(int n) { return std::make_unique<int>(n); }
static std::unique_ptr<std::string> word(int n) {
  return std::make_unique<std::string>(std::string(5000, 'a') + std::to_string(n));
}
static std::variant<int, std::string> either(int n) {
  if (n % 2 == 0) return n;
  return "odd";
}

static void movable_only() {
  for (const auto& [a, b] : EZ(Iter{1, 2}, Zip(number, word)).items()) std::cout << *a << ' ' << b->size() << ' ';
  std::cout << '\n';
  int numbers = 0, words = 0;
  for (const auto& each : EZ(Iter{1, 2, 3}, B(number, word)).items()) {
    std::visit([&]<class T>(const std::unique_ptr<T>& p) { (std::is_same_v<T, int> ? numbers : words) += p ? 1 : 100; },
               each);
  }
  std::cout << numbers << ' ' << words << '\n';
  std::vector<std::string> all;  // a variant with fewer alternatives in one with more
  for (const auto& each : EZ(Iter{1, 2}, B(either, [](int n) { return n * 0.5; })).items()) {
    all.push_back(std::to_string(each.index()));
  }
  std::ranges::sort(all);
  for (const auto& each : all) std::cout << each << ' ';
  std::cout << '\n';
}

struct Fixed {
  explicit Fixed(int v) : value{v} {}
  int value;
};
static std::filesystem::path under(const std::filesystem::path& file, const std::filesystem::path& folder) {
  return folder / file;
}

static void classes() {
  show(EZ(Iter{std::filesystem::path{"a"}, std::filesystem::path{"b"}}, Map(under, std::filesystem::path{"/tmp"})));
  for (const auto& batch : EZ(
                               Iter{1, 2, 3}, [](int n) { return Fixed{n}; }, Batch(2))
                               .items()) {
    std::cout << batch.size() << ':' << batch.front().value << ' ';
  }
  std::cout << '\n';
  using std::chrono::milliseconds;
  for (const auto& [a, b] : EZ(Iter{1, 2}, Zip([](int n) { return milliseconds{n}; },
                                               [](int n) {
                                                 return std::array{n, n + 1};
                                               }))
                                .items()) {
    std::cout << a.count() << b[1] << ' ';
  }
  std::cout << '\n';
}

/// Written for Boost.Serialization.
struct Holder : F<void, VideoFrame> {
  Queue<int> jobs;
  Event go;
  Pipe<int, std::string>::Right end;
  VideoFrame first;
  void setup() override {
    go.wait();
    end.put("job " + std::to_string(jobs.get()) + ", asked " + std::to_string(end.get()));
    put(first);
  }
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& jobs& go& end& first;
  }
};
struct Framed {
  VideoFrame frame;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame;
  }
};

static void boost_handles() {
  Queue<int> jobs{4};
  Event go;
  Pipe<int, std::string> pipe{4};
  auto left = pipe.left();
  Holder holder;
  holder.jobs = jobs;
  holder.go = go;
  holder.end = pipe.right();
  holder.first = VideoFrame{VideoShape{2, 3, 1}};
  std::ranges::fill(holder.first.pixels.mutate(), std::uint8_t{7});
  auto pipeline = EZ(std::move(holder), [](const VideoFrame& frame) { return Framed{frame}; });
  pipeline.start();
  jobs.put(3);
  left.put(5);
  go.set();
  std::cout << left.get() << '\n';
  for (const auto& framed : pipeline.items()) {
    std::cout << framed.frame.shape.width << ' ' << framed.frame.pixels.size() << ' '
              << int{framed.frame.pixels.view()[5]} << '\n';
  }
}

int main(int argc, char** argv) {
  Session session{argc, argv};
  lists();
  movable_only();
  classes();
  boost_handles();
}
