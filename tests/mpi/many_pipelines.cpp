// Pipelines one after the other and side by side, more nodes than ranks and fewer, with and without items.
// hosts: 5
// run: 1 2 4 9    compare: exact    sanitize: thread
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <memory>
#include <numeric>
#include <ranges>
#include <thread>
#include <vector>

using namespace mpyx;

namespace {

struct Add : F<long, long> {
  long amount = 0;
  Add() = default;
  explicit Add(long a) : amount{a} {}
  void process(long n) override { put(n + amount); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(amount);
  }
};

auto numbers(long n) { return Iter(std::views::iota(0L, n)); }
long sum(const std::vector<long>& all) { return std::accumulate(all.begin(), all.end(), 0L); }

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  long total = 0;
  for (int round = 0; round < 50; ++round) total += sum(EZ(numbers(10), Add{1}).list());
  std::cout << "in a row " << total << '\n';

  auto pipeline = EZ(numbers(1000), As(3, Add{1}));  // the same one again and again
  total = 0;
  for (int round = 0; round < 10; ++round) total += sum(pipeline.list());
  std::cout << "the same again " << total << '\n';

  auto a = EZ(numbers(20000), Add{1});
  auto b = EZ(numbers(20000), As(4, Add{2}));
  auto c = EZ(numbers(20000), B(Add{3}, Add{4}), [](long) {});
  a.start();
  b.start();
  c.start();
  std::cout << "side by side " << sum(b.list()) << ' ' << sum(a.list()) << '\n';
  c.join();

  std::vector<std::thread> threads;
  std::vector<long> sums(4);
  for (std::size_t t = 0; t < sums.size(); ++t) {
    threads.emplace_back([&sums, t] {
      for (int round = 0; round < 5; ++round) sums[t] += sum(EZ(numbers(100), Add{static_cast<long>(t)}).list());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::cout << "from threads";
  for (const long s : sums) std::cout << ' ' << s;
  std::cout << '\n';

  std::cout << "wide " << sum(EZ(numbers(1000), As(40, Add{1}), As(20, Add{1})).list()) << '\n';
  std::cout << "long " << sum(EZ(numbers(1000), S(std::vector<Add>(30, Add{1}))).list()) << '\n';
  std::cout << "nothing "
            << EZ(numbers(0), As(3, Add{1}), B(Add{1}, Add{2}), P(Add{1}, S(Add{1}, Add{1}))).list().size() << '\n';
  std::cout << "alone " << sum(EZ(numbers(3)).list()) << '\n';
}
