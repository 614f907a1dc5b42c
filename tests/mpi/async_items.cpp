// AsyncF and await(): many items in flight, each with its meta, in order inside Seq and Zip; what in_flight() allows, no more.
// run: 1 2 4    compare: exact
#include <mpyx/mpyx.hpp>

#include <boost/asio.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <numeric>
#include <ranges>
#include <set>
#include <string>
#include <vector>

using namespace mpyx;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

asio::awaitable<void> pause(std::chrono::microseconds duration) {
  asio::steady_timer timer{co_await asio::this_coro::executor, duration};
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<int> later(int x) {
  co_await pause(std::chrono::microseconds{(37 * x) % 1000});
  co_return x;
}

struct Later : AsyncF<int, int> {
  asio::awaitable<void> process(int x) override { put(co_await later(x)); }
};

/// Goes on only once as many are in flight as it wants, and tells if there ever were more.
struct Crowd : AsyncF<int, int> {
  int now = 0, most = 0;
  int in_flight() const override { return 8; }
  asio::awaitable<void> process(int) override {
    most = std::max(most, ++now);
    while (most < 8) co_await pause(1ms);
    co_await pause(1ms);
    --now;
  }
  void teardown() override { put(most); }
  template <class Archive>
  void serialize(Archive&) {}
};

struct Numbered : F<void, int> {
  void setup() override {
    for (int n = 0; n < 500; ++n) {
      meta["name"] = "item " + std::to_string(n);
      put(n);
    }
  }
};

/// Looks at its meta before, between and after its waits, and changes it.
struct Tells : AsyncF<int, std::string> {
  asio::awaitable<void> process(int x) override {
    const std::string name = "item " + std::to_string(x);
    bool same = meta.get<std::string>("name") == name;
    for (int i = 0; i < 3; ++i) {
      co_await later(x + i);
      same = same && meta.get<std::string>("name") == name && (i == 0 || meta.get<int>("round") == 10 * x + i - 1);
      meta["round"] = 10 * x + i;
    }
    put(same ? name : "confused " + name);
  }
};

struct Compares : F<std::string, bool> {
  void process(std::string text) override {
    const int n = meta.get<int>("round") / 10;
    put(text == "item " + std::to_string(n) && meta.get<std::string>("name") == text);
  }
};

/// Two results each, one of them large.
struct Pairs : AsyncF<int, std::string> {
  asio::awaitable<void> process(int x) override {
    put(std::to_string(x));
    co_await later(1000 - x);
    put(std::string(5000, static_cast<char>('a' + x % 26)));
  }
};

struct StopsAtTen : AsyncF<int, int> {
  int taken = 0;
  int in_flight() const override { return 16; }
  asio::awaitable<void> process(int x) override {
    if (++taken == 10) stop();
    put(co_await later(x));
  }
  void teardown() override { put(-taken); }
  template <class Archive>
  void serialize(Archive&) {}
};

struct Awaits : F<int, int> {
  int base = 0;
  void setup() override { base = await(later(7)); }
  void process(int x) override {
    await(pause(10us));
    const auto boxed = await([&]() -> asio::awaitable<std::unique_ptr<int>> {
      co_await pause(10us);
      co_return std::make_unique<int>(x);
    });
    int caught = 0;
    try {
      await([]() -> asio::awaitable<void> {
        throw std::runtime_error("seen");
        co_return;
      });
    } catch (const std::runtime_error& error) {
      caught = error.what() == std::string{"seen"} ? 100 : 0;
    }
    put(*boxed + await(later, 1) + base + caught);
  }
  void teardown() override { put(await(later(1))); }
  template <class Archive>
  void serialize(Archive&) {}
};

/// Two waits at once, each with its own result, and puts from an awaited coroutine.
struct Both : F<int, int> {
  asio::awaitable<void> each(int x) {
    put(co_await later(x));
    put(co_await later(x + 1));
  }
  void process(int x) override { await(each(x)); }
};

struct Sink : AsyncF<int, void> {
  long sum = 0;
  asio::awaitable<void> process(int x) override { sum += co_await later(x); }
  void teardown() override { xcut<long>("sum").put(sum); }
  template <class Archive>
  void serialize(Archive&) {}
};

struct Awaiting : AsyncF<int, int> {
  asio::awaitable<void> process(int x) override {
    put(await(later(x)));
    co_return;
  }
};

auto numbers(int n) { return Iter(std::views::iota(0, n)); }
long sum(const std::vector<int>& all) { return std::accumulate(all.begin(), all.end(), 0L); }

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  std::cout << "all " << sum(EZ(numbers(2000), Later{}).list()) << '\n';
  std::cout << "farm " << sum(EZ(numbers(2000), As(3, Later{})).list()) << '\n';
  std::cout << "none " << EZ(numbers(0), Later{}).list().size() << '\n';
  std::cout << "small " << sum(EZ(numbers(500), Later{}).capacity(1).list()) << '\n';
  std::cout << "most in flight " << EZ(numbers(100), Crowd{}).list().at(0) << '\n';

  const auto same = EZ(Numbered{}, Tells{}, Compares{}).list();
  std::cout << "meta " << std::count(same.begin(), same.end(), true) << " of " << same.size() << '\n';

  const auto ordered = EZ(numbers(1000), Seq(As(2, Later{}))).list();
  std::cout << "in order " << ordered.size() << ' ' << std::is_sorted(ordered.begin(), ordered.end()) << '\n';
  int wrong = 0, zipped = 0;
  for (const auto& [a, b] : EZ(numbers(300), Zip(Later{}, [](int x) { return 2L * x; })).items()) {
    wrong += a != zipped || b != 2L * zipped;
    ++zipped;
  }
  std::cout << "zipped " << zipped << ", wrong " << wrong << '\n';
  std::size_t index = 0;
  wrong = 0;
  for (const auto& text : EZ(numbers(200), Seq(Pairs{})).items()) {
    const auto x = static_cast<int>(index / 2);
    wrong += text != (index++ % 2 == 0 ? std::to_string(x) : std::string(5000, static_cast<char>('a' + x % 26)));
  }
  std::cout << "pairs " << index << ", wrong " << wrong << '\n';

  auto kept = EZ(Const(1), StopsAtTen{}).list();
  std::cout << "own stop " << (kept.size() == static_cast<std::size_t>(1 - kept.back())) << (kept.size() <= 26) << '\n';
  std::cout << "taken " << EZ(Const(1), Later{}, Take(20)).list().size() << '\n';
  std::cout << "awaited " << sum(EZ(numbers(10), Awaits{}).list()) << '\n';
  std::cout << "both " << sum(EZ(numbers(10), Both{}).list()) << '\n';
  EZ(numbers(100), Sink{}).xcut("sum", EZ([](long s) { return s; }, Print{"sink"})).join();
  try {
    EZ(numbers(1), Awaiting{}).join();
  } catch (const StageError& error) {
    std::cout << error.phase() << ' ' << (error.message().find("co_await") != std::string::npos) << '\n';
  }
}
