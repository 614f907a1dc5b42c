// What leaves a coroutine is an error of its item like any other, and policies apply to that item alone.
// run: 1 2 4    compare: exact    sanitize: thread
#include <mpyx/mpyx.hpp>

#include <boost/asio.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <ranges>
#include <stdexcept>
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

/// Puts x before its wait, then fails at every tenth, then puts x again.
struct Picky : AsyncF<int, int> {
  std::string when = "process";
  std::map<int, int> tries;
  int most = 16;
  Picky() = default;
  explicit Picky(std::string w, int m = 16) : when{std::move(w)}, most{m} {}
  int in_flight() const override { return most; }
  void setup() override {
    if (when == "setup") throw std::runtime_error("no licence");
  }
  asio::awaitable<void> process(int x) override {
    const std::string what = "cannot take " + std::to_string(x);
    put(x);
    co_await pause(std::chrono::microseconds{(53 * x) % 700});
    if (when == "process" && x % 10 == 3) throw std::invalid_argument(what);
    if (when == "number" && x == 3) throw 42;
    if (when == "flaky" && x % 10 == 3 && ++tries[x] < 3) throw std::runtime_error(what);
    put(x);
  }
  void teardown() override {
    if (when == "teardown") throw std::logic_error("late");
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(when, most);
  }
};

/// No coroutine itself: fails before there is one.
struct Early : AsyncF<int, int> {
  asio::awaitable<void> process(int x) override {
    if (x == 2) throw std::runtime_error("early");
    return after(x);
  }
  asio::awaitable<void> after(int x) {
    co_await pause(10us);
    put(x);
  }
};

struct Unreadable {
  int value = 0;
  template <class Archive>
  void save(Archive& archive) const {
    archive(value);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(value);
    if (value == 3) throw std::runtime_error("three cannot be loaded");
  }
};
struct Reads : AsyncF<Unreadable, int> {
  asio::awaitable<void> process(Unreadable item) override {
    co_await pause(10us);
    put(item.value);
  }
};

template <class Run>
void show(const char* title, Run run) {
  try {
    run();
    std::cout << title << ": no error\n";
  } catch (const StageError& e) {
    std::cout << title << ": " << e.stage() << " | " << e.phase() << " | " << e.item() << " | " << e.message() << " | "
              << (e.rank() >= 0) << !e.host().empty() << '\n';
  }
}

auto numbers(int n) { return Iter(std::views::iota(0, n)); }

/// Every number below n but those that end in 3 (if `without`), twice each.
bool whole(std::vector<int> all, int n, bool without) {
  std::sort(all.begin(), all.end());
  std::vector<int> expected;
  for (int x = 0; x < n; ++x) {
    if (!without || x % 10 != 3) expected.insert(expected.end(), 2, x);
  }
  return all == expected;
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  show("process", [&] { EZ(numbers(10), Picky{}).join(); });
  show("items", [&] {
    for (int x : EZ(numbers(1'000'000), Picky{"process", 1}).items()) (void)x;
  });
  show("number", [&] { EZ(numbers(10), Picky{"number"}).list(); });
  show("setup", [&] { EZ(numbers(10), Picky{"setup"}).join(); });
  show("teardown", [&] { EZ(numbers(10), Picky{"teardown"}).join(); });
  show("early", [&] { EZ(numbers(10), Early{}).join(); });
  show("none in flight", [&] { EZ(numbers(10), Picky{"", 0}).join(); });
  show("load", [&] {
    EZ(
        numbers(10), [](int x) { return Unreadable{x}; }, Reads{})
        .join();
  });

  std::cout << "skip " << whole(EZ(numbers(200), Picky{}).on_error(skip).list(), 200, true) << '\n';
  std::cout << "skip early " << EZ(numbers(10), Early{}).on_error(skip).list().size() << '\n';
  std::cout << "skip load "
            << EZ(
                   numbers(10), [](int x) { return Unreadable{x}; }, Reads{})
                   .on_error(skip)
                   .list()
                   .size()
            << '\n';
  std::cout << "retry " << whole(EZ(numbers(200), Picky{"flaky"}).on_error(retry(2)).list(), 200, false) << '\n';
  show("retry too few", [&] { EZ(numbers(10), Picky{"flaky"}).on_error(retry(1)).join(); });

  std::vector<std::string> seen;
  const auto handled = EZ(numbers(50), Picky{"flaky"})
                           .on_error([&](const StageError& e) {
                             seen.push_back(e.message() + " at " + std::to_string(e.item()));
                             return e.message() == "cannot take 13" ? Verdict::skip : Verdict::retry;
                           })
                           .list();
  std::sort(seen.begin(), seen.end());
  std::cout << "handled " << handled.size() << " after " << seen.size() << ", first " << seen.at(0) << '\n';

  const auto letters = EZ(
      [](const DeadLetter& letter) {
        return letter.stage + " " + std::to_string(letter.number) + " " + std::to_string(letter.item<int>()) + " " +
               letter.message;
      },
      Print{"dead:"});
  std::cout << "letters" << std::endl;
  std::cout << whole(EZ(numbers(20), S(Picky{"process", 1}).on_error(dead_letter(letters))).list(), 20, true) << '\n';

  const auto ordered = EZ(numbers(300), Seq(As(2, Picky{}))).on_error(skip).list();
  std::cout << "in order " << std::is_sorted(ordered.begin(), ordered.end()) << whole(ordered, 300, true) << '\n';
}
