// What a Zip makes its tuples of: their meta, whichever branch is the last; and what the branches put from setup() and teardown().
// hosts: 4
// run: 1 6    compare: exact
#include <mpyx/mpyx.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

using namespace mpyx;

namespace {

struct Numbers : F<void, int> {
  void setup() override {
    for (int n = 0; n < 300; ++n) {
      meta["of"] = n;
      meta["common"] = std::string{"input"};
      put(n);
    }
  }
};

/// Takes its time with the others of two, and says who it is.
template <int Mine>
struct Branch : F<int, int> {
  void process(int n) override {
    if (n % 2 == Mine) std::this_thread::sleep_for(std::chrono::microseconds{500});
    meta[Mine == 0 ? "left" : "right"] = n + Mine;
    meta["common"] = std::string{Mine == 0 ? "left" : "right"};
    put(n);
  }
};

struct Look : F<std::tuple<int, int>, bool> {
  void process(std::tuple<int, int> both) override {
    const int n = std::get<0>(both);
    put(meta.get<int>("of") == n && meta.get<int>("left") == n && meta.get<int>("right") == n + 1 &&
        meta.get<std::string>("common") == "left");
  }
};

/// Puts so many before its items, and behind them.
struct Edges : F<int, int> {
  int count = 0;
  Edges() = default;
  explicit Edges(int puts) : count{puts} {}
  void setup() override {
    for (int i = 0; i < count; ++i) put(-1 - i);
  }
  void process(int n) override { put(n); }
  void teardown() override {
    for (int i = 0; i < count; ++i) put(100 + i);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(count);
  }
};

void show(const char* title, const std::vector<std::tuple<int, int>>& all) {
  std::cout << title << ':';
  for (const auto& [a, b] : all) std::cout << ' ' << a << '/' << b;
  std::cout << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  int right = 0;
  for (const bool good : EZ(Numbers{}, Zip(Branch<0>{}, Branch<1>{}), Look{}).items()) right += good;
  std::cout << "right meta: " << right << std::endl;
  const auto twice = [](int n) { return 2 * n; };
  show("edges", EZ(Iter{1, 2, 3}, Zip(Edges{2}, S(Edges{3}, twice))).list());
  show("of one branch", EZ(Iter{1, 2, 3}, Zip(Edges{2}, twice)).list());
  show("in a Seq", EZ(Iter{1, 2, 3}, Seq(Zip(twice, Edges{1}))).list());
  std::vector<std::tuple<int, int>> inner;
  for (const auto& [both, n] : EZ(Iter{1, 2, 3}, Zip(Zip(Edges{1}, Edges{1}), Edges{1})).items()) {
    inner.emplace_back(std::get<0>(both), n);
  }
  show("in a Zip", inner);
  try {
    EZ(Iter{1}, Zip(Edges{5000}, twice)).list();
  } catch (const StageError& error) {
    std::cout << (std::string{error.what()}.find("put from setup()") != std::string::npos) << std::endl;
  }
}
