// on_error: skip, retry, handler and dead letters, for stages and pipelines; no half results; failures of the policies' own.
// run: 1 2 4    compare: exact    sanitize: thread
#include <mpyx/mpyx.hpp>

#include <unistd.h>

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

namespace {

auto numbers(int n) { return Iter(std::views::iota(0, n)); }
int same(int x) { return x; }

/// Puts small and large, to its outputs and to an xcut, before it fails `failures` times at each odd number.
struct Half : F<int, std::string> {
  int failures = 0;
  std::map<int, int> tries;
  Half() = default;
  explicit Half(int f) : failures{f} {}
  void process(int x) override {
    meta["tries"] = meta.contains("tries") ? meta.get<int>("tries") + 1 : 1;  // begins anew with each try
    put(std::to_string(x));
    xcut<int>("log").put(x);
    put(std::string(5000, 'x'));
    if (x % 2 == 1 && tries[x]++ < failures) throw std::runtime_error(std::to_string(x));
    put(std::to_string(meta.get<int>("tries")));
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(failures);
  }
};

/// How many items of each kind came.
void count(const char* title, const std::vector<std::string>& items) {
  int known = 0, once = 0, large = 0;
  for (const auto& item : items) {
    large += item.size() == 5000;
    known += item.size() < 5000;
    once += item == "1";
  }
  std::cout << title << ' ' << known << ' ' << large << ", ones " << once << std::endl;
}

struct Log : F<int, void> {
  int count = 0;
  void process(int) override { ++count; }
  void teardown() override { xcut<std::string>("lines").put("log " + std::to_string(count)); }
  template <class Archive>
  void serialize(Archive&) {}
};
auto log_pipeline() {
  return EZ(Log{}).xcut("lines", EZ([](std::string line) { return line; }, Print{}));
}

struct Slowly : F<int, int> {  // fails three times, and looks at the clock
  std::vector<std::chrono::steady_clock::time_point> times;
  void process(int x) override {
    times.push_back(std::chrono::steady_clock::now());
    if (times.size() < 4) throw std::runtime_error("not yet");
    bool waited = true;
    for (std::size_t i = 0; i < 3; ++i) waited = waited && times[i + 1] - times[i] >= 10ms * (1 << i);
    put(waited ? x : -1);
  }
  template <class Archive>
  void serialize(Archive&) {}
};

struct Odd : F<int, int> {
  std::string what;
  Odd() = default;
  explicit Odd(std::string w) : what{std::move(w)} {}
  void process(int x) override {
    if (x % 2 == 1) throw std::runtime_error(what + " " + std::to_string(x));
    put(x);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(what);
  }
};

struct NoStd : F<int, int> {
  std::string when;
  NoStd() = default;
  explicit NoStd(std::string w) : when{std::move(w)} {}
  void initialize() override { fail("initialize"); }
  void setup() override { fail("setup"); }
  void process(int x) override {
    if (x == 2) fail("process");
    put(x);
  }
  void teardown() override { fail("teardown"); }
  void fail(const char* phase) const {
    if (when == phase) throw 42;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(when);
  }
};

struct Second : F<int, int> {  // the second replica alone fails
  void process(int x) override {
    if (replica() == 1) throw std::runtime_error(std::to_string(replicas()));
    put(x);
  }
};

template <class Run>
void show(const char* title, Run run) {
  try {
    run();
    std::cout << title << ": no error\n" << std::flush;
  } catch (const StageError& e) {
    std::cout << title << ": " << e.stage() << " | " << e.phase() << " | " << e.message() << '\n' << std::flush;
  }
}

void half_results() {
  count("skip", EZ(numbers(100), Half{1}).on_error(skip).xcut("log", log_pipeline()).list());
  count("retry", EZ(numbers(100), Half{2}).on_error(retry(2, 0ms)).xcut("log", log_pipeline()).list());
  count("handled", EZ(numbers(100), Half{1})
                       .on_error([](const StageError& e) {
                         return e.message() < "5" ? Verdict::skip : Verdict::retry;  // 22 of the 50 are skipped
                       })
                       .xcut("log", log_pipeline())
                       .list());
  const auto both = EZ(numbers(100), Half{1}, B([](std::string) { return 1; }, [](std::string) { return 2; }))
                        .on_error(skip)
                        .xcut("log", log_pipeline())
                        .list();
  std::cout << "both branches " << both.size() << std::endl;
  const auto ordered = EZ(numbers(300), Seq(As(3, Odd{"no"}))).on_error(skip).list();
  std::cout << "in order " << ordered.size() << std::is_sorted(ordered.begin(), ordered.end()) << std::endl;
}

void handlers() {
  const int self = ::getpid();
  int inside = 0, most = 0, calls = 0, elsewhere = 0;
  const auto left = EZ(numbers(100), As(4, Odd{"four"}))
                        .on_error([&](const StageError& e) {
                          most = std::max(most, ++inside);
                          ++calls;
                          elsewhere += ::getpid() != self || e.phase() != "process" || e.stage() != "Odd";
                          --inside;
                          return Verdict::skip;
                        })
                        .list();
  std::cout << "handler " << left.size() << " left, " << calls << " calls, " << most << " at once, elsewhere "
            << elsewhere << std::endl;
  show("abort", [] { EZ(numbers(10), Odd{"no"}).on_error([](const StageError&) { return Verdict::abort; }).join(); });
  show("handler fails", [] {
    EZ(numbers(10), Odd{"no"}).on_error([](const StageError&) -> Verdict { throw std::logic_error("nor I"); }).join();
  });
  show("handler throws 42",
       [] { EZ(numbers(10), Odd{"no"}).on_error([](const StageError&) -> Verdict { throw 42; }).join(); });
}

void whose() {
  show("own before outer", [] {
    std::cout << EZ(numbers(10), S(Odd{"inner"}).on_error(skip), same).on_error(retry(0)).list().size() << '\n';
  });
  show("outer", [] { EZ(numbers(10), S(same).on_error(skip), Odd{"outer"}).on_error(retry(0)).join(); });
  const auto part = EZ(Odd{"part"}).on_error(skip);
  show("part", [&] { std::cout << EZ(numbers(10), part, same).list().size() << '\n'; });
  show("beside the part", [&] { EZ(numbers(10), B(part, Odd{"beside"})).join(); });
  show("farm", [] { EZ(numbers(2), As(3, Odd{"farm"})).join(); });
  show("replica", [] {
    try {
      EZ(Const(1), As(3, Second{})).join();
    } catch (const StageError& e) {
      const std::string what = e.what();
      std::cout << e.replica() << (what.find("replica 2 of 3") != what.npos) << ' '
                << (what.find(e.host()) != what.npos) << '\n';
      throw;
    }
  });
  show("setup is no item", [] { EZ(numbers(10), NoStd{"setup"}).on_error(skip).join(); });
  show("teardown is no item", [] { EZ(numbers(10), NoStd{"teardown"}).on_error(skip).join(); });
  for (const char* when : {"initialize", "setup", "process", "teardown"}) {
    show(when, [&] { EZ(numbers(10), NoStd{when}).join(); });
  }
  show("process, skipped", [] { std::cout << EZ(numbers(10), NoStd{"process"}).on_error(skip).list().size() << '\n'; });
  show("retry none", [] { EZ(numbers(10), Odd{"no"}).on_error(retry(0)).join(); });
  show("retry all", [] { EZ(numbers(10), Odd{"no"}).on_error(retry(3, 0ms)).join(); });
  show("back-off", [] { std::cout << EZ(numbers(1), Slowly{}).on_error(retry(3, 10ms)).list().at(0) << '\n'; });
}

std::string read(const DeadLetter& letter) {
  std::string wrong;
  try {
    letter.item<std::string>();
  } catch (const Error& error) {
    wrong = error.what();
  }
  return letter.stage + " " + std::to_string(letter.replica) + " " + std::to_string(letter.number) + " " +
         std::to_string(letter.item<int>()) + " " + letter.message + " " + std::to_string(letter.rank >= 0) +
         std::to_string(!letter.host.empty()) + " " +
         std::to_string(wrong.find("of type int, not std::") != wrong.npos);
}

struct Pixels {
  Buffer<int> data;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(data);
  }
};

void dead_letters() {
  const auto left = EZ(numbers(4), Odd{"no"}).on_error(dead_letter(EZ(read, Print{"letter"}))).list();
  std::cout << left.size() << " left\n" << std::flush;
  const auto fails = Map([](const DeadLetter&) -> int { throw std::runtime_error("nor here"); }).named("reader");
  show("a failing reader", [&] { EZ(numbers(1000), Odd{"no"}).on_error(dead_letter(EZ(fails))).join(); });
  show("a reader that skips", [&] {
    std::cout << EZ(numbers(10), Odd{"no"}).on_error(dead_letter(EZ(fails).on_error(skip))).list().size() << '\n';
  });
  show("a buffer", [] {
    EZ(
        numbers(3),
        [](int x) {
          Pixels pixels{Buffer<int>(100)};
          pixels.data.mutate()[0] = x;
          return pixels;
        },
        Map([](const Pixels&) -> int { throw std::runtime_error("blind"); }).named("looks"))
        .on_error(dead_letter(EZ([](const DeadLetter&) {})))
        .join();
  });
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  half_results();
  handlers();
  whose();
  dead_letters();
  std::cout << "after " << EZ(numbers(10), same).list().size() << '\n';
}
