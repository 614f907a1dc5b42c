// Xcut pipelines: shared by several pipelines and parts, several on one, with farms and xcuts of their own; wrong names and
// types; cycles. Every run of a Ledger says when it opens and what it has got, so that two runs in place of one would show.
// run: 1 2 4 9    compare: sorted    sanitize: thread
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <map>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace mpyx;

namespace {

struct Entry {
  std::string account;
  long amount = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(account, amount);
  }
};

struct Ledger : F<Entry, void> {
  std::string title;
  std::map<std::string, long> sums;
  Ledger() = default;
  explicit Ledger(std::string t) : title{std::move(t)} {}
  void setup() override { std::cout << title + ": open\n" << std::flush; }
  void process(Entry entry) override { sums[entry.account] += entry.amount; }
  void teardown() override {
    std::string line = title + ": closed";
    for (const auto& [account, sum] : sums) line += " " + account + "=" + std::to_string(sum);
    std::cout << line + "\n" << std::flush;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(title);
  }
};

struct Books : F<int, int> {
  std::string xcut_name, account;
  Books() = default;
  Books(std::string x, std::string a) : xcut_name{std::move(x)}, account{std::move(a)} {}
  void process(int x) override {
    xcut<Entry>(xcut_name).put({account, 1});
    put(x);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(xcut_name, account);
  }
};

/// Passes entries on, and tells another xcut of each.
struct Tells : F<Entry, Entry> {
  void process(Entry entry) override {
    xcut<Entry>("log").put({"told", 1});
    put(entry);
  }
  void teardown() override { xcut<Entry>("log").put({"end", 1}); }
};

struct MetaBooks : F<int, int> {
  void process(int x) override {
    meta["who"] = "item " + std::to_string(x);
    xcut<std::vector<int>>("big").put(std::vector<int>(static_cast<std::size_t>(x) * 1000, x));
    put(x);
  }
};
struct MetaReader : F<std::vector<int>, Entry> {
  void process(std::vector<int> all) override {
    const int x = static_cast<int>(all.size() / 1000);
    const bool right = meta.get<std::string>("who") == "item " + std::to_string(x) &&
                       std::accumulate(all.begin(), all.end(), 0L) == 1000L * x * x;
    put({right ? "right" : "wrong", 1});
  }
};

struct PutsLong : F<int, int> {
  void process(int x) override { xcut<long>("number").put(x); }
};

auto numbers(int n) { return Iter(std::views::iota(0, n)); }
int same(int x) { return x; }

template <class Run>
void show(const std::string& title, Run run) {
  try {
    run();
    std::cout << title + ": done\n" << std::flush;
  } catch (const StageError& error) {
    std::cout << title + ": " + error.stage() + " | " + error.message() + "\n" << std::flush;
  } catch (const Error& error) {
    const std::string what = error.what();
    std::cout << title + (what.find("xcut cycle") != what.npos ? ": refused\n" : ": " + what + "\n") << std::flush;
  }
}

void sharing() {
  show("together", [] {
    const auto ledger = EZ(Ledger{"together"});
    auto a = EZ(numbers(1000), As(3, Books{"db", "a"})).xcut("db", ledger);
    auto b = EZ(numbers(500), Books{"books", "b"}).xcut("books", ledger);
    auto c = EZ(numbers(10), Books{"db", "c"}).xcut("db", ledger);
    a.start();
    b.start();
    c.start();
    b.join();
    a.join();
    c.join();
  });
  show("one ends before the next starts", [] {
    auto ledger = EZ(Ledger{"one ends before the next starts"});
    auto a = EZ(numbers(10), Books{"db", "a"}).xcut("db", ledger);
    auto b = EZ(numbers(10), Books{"db", "b"}).xcut("db", ledger);
    a.start();
    while (!a.finished()) std::this_thread::yield();
    b.start();
    a.join();
    b.join();
  });
  show("in a row", [] {
    auto ledger = EZ(Ledger{"in a row"});
    auto a = EZ(numbers(10), Books{"db", "a"}).xcut("db", ledger);
    auto b = EZ(numbers(10), Books{"db", "b"}).xcut("db", ledger);
    a.join();
    b.join();
    std::cout << "in a row: items " + std::to_string(a.list().size()) + "\n" << std::flush;
  });
  show("alone", [] {
    auto ledger = EZ(Ledger{"alone"});
    auto a = EZ(numbers(10), Books{"db", "a"}).xcut("db", ledger);
    a.start();
    while (!a.finished()) std::this_thread::yield();  // nobody joins, nobody else has it: it ends by itself
    a.join();
  });
  show("copies", [] {  // each has its own, since nobody else has that one
    const auto a = EZ(numbers(10), Books{"db", "a"}).xcut("db", EZ(Ledger{"copies"}));
    auto first = a, second = a;
    first.start();
    second.start();
    first.join();
    second.join();
  });
}

void shapes() {
  show("several", [] {
    EZ(numbers(100), Books{"db", "a"}, Books{"log", "b"}, Books{"db", "c"})
        .xcut("db", EZ(Ledger{"several, db"}))
        .xcut("log", EZ(Ledger{"several, log"}))
        .join();
  });
  show("two names", [] {
    auto ledger = EZ(Ledger{"two names"});
    EZ(numbers(100), Books{"db", "a"}, Books{"log", "b"}).xcut("db", ledger).xcut("log", ledger).join();
  });
  show("parts", [] {  // one for all copies of a part, and for the whole
    auto ledger = EZ(Ledger{"parts"});
    const auto part = EZ(Books{"db", "part"}).xcut("db", ledger);
    EZ(numbers(100), As(3, part), part, Books{"db", "whole"}).xcut("db", ledger).join();
  });
  show("own parts", [] {
    const auto part = EZ(Books{"db", "part"}).xcut("db", EZ(Ledger{"own parts"}));
    EZ(numbers(100), As(3, part), part).join();
  });
  for (const std::string title : {"farm", "farm apart"}) {
    show(title, [&] {
      auto farm = EZ(As(3, Map([](Entry entry) {
                          entry.amount *= 2;
                          return entry;
                        })),
                     Ledger{title});
      const auto books = EZ(numbers(300), As(2, Books{"db", "a"}));
      if (title == "farm") {
        EZ(books).xcut("db", std::move(farm)).join();
      } else {
        EZ(books).xcut("db", farm).join();
      }
    });
  }
  show("xcut of an xcut", [] {
    EZ(numbers(50), Books{"db", "a"})
        .xcut("db", EZ(Tells{}, Ledger{"xcut of an xcut, db"}).xcut("log", EZ(Ledger{"xcut of an xcut, log"})))
        .join();
  });
  show("chain", [] {  // main -> db -> log, and main -> log
    auto log = EZ(Ledger{"chain, log"});
    auto db = EZ(Tells{}, Ledger{"chain, db"}).xcut("log", log);
    auto a = EZ(numbers(50), Books{"db", "a"}, Books{"log", "a"}).xcut("db", db).xcut("log", log);
    auto b = EZ(numbers(50), Books{"db", "b"}).xcut("db", db);
    a.start();
    b.start();
    a.join();
    b.join();
  });
  show("meta and size", [] {
    auto reader = EZ(MetaReader{}, Ledger{"meta and size"});
    auto a = EZ(numbers(40), MetaBooks{}).xcut("big", reader);
    auto b = EZ(numbers(40), MetaBooks{}).xcut("big", reader);
    a.start();
    b.start();
    a.join();
    b.join();
  });
  show("dead letters", [] {
    const auto fails = [](int x) { return x % 2 == 0 ? x : throw std::runtime_error("odd"); };
    auto letters = EZ([](const DeadLetter& letter) { return Entry{letter.stage, 1}; }, Ledger{"dead letters"});
    auto a = EZ(numbers(100), S(Map(fails).named("first")).on_error(dead_letter(letters)),
                S(Map([](int x) { return x % 4 == 0 ? x : throw std::runtime_error("two"); }).named("second"))
                    .on_error(dead_letter(letters)));
    auto b = EZ(numbers(10), Map(fails).named("third")).on_error(dead_letter(letters));
    a.start();
    b.start();
    a.join();
    b.join();
  });
}

/// Several of one name: the innermost is meant, and of several at one place the last.
void same_names() {
  const auto part = EZ(numbers(10), Books{"db", "a"});
  show("inside",
       [&] { EZ(EZ(part).xcut("db", EZ(Ledger{"inside, in"}))).xcut("db", EZ(Ledger{"inside, out"})).join(); });
  show("inside, apart", [&] {
    auto in = EZ(Ledger{"inside, apart, in"}), out = EZ(Ledger{"inside, apart, out"});
    EZ(EZ(EZ(part).xcut("db", in)).xcut("db", EZ(Ledger{"inside, apart, between"}))).xcut("db", out).join();
  });
  show("beside", [&] {
    EZ(EZ(part).xcut("db", EZ(Ledger{"beside, in"})), As(2, Books{"db", "b"}))
        .xcut("db", EZ(Ledger{"beside, out"}))
        .join();
  });
  show("the same", [&] {
    auto ledger = EZ(Ledger{"the same"});
    EZ(EZ(part).xcut("db", ledger)).xcut("db", ledger).join();
  });
  show("replaced", [&] {
    auto never = EZ(Ledger{"never"}), last = EZ(Ledger{"replaced"});
    auto pipeline = EZ(part).xcut("db", never).xcut("db", EZ(Ledger{"never"}));
    pipeline.xcut("db", last).join();
  });
  show("letters", [] {
    const auto fails = [](int) -> int { throw std::runtime_error("never"); };
    const auto letters = [](const std::string& title) {
      return dead_letter(EZ([](const DeadLetter& letter) { return Entry{letter.stage, 1}; }, Ledger{title}));
    };
    EZ(EZ(numbers(10), Map(fails).named("fails")).on_error(letters("never")).on_error(letters("letters, in")))
        .on_error(letters("letters, out"))
        .join();
  });
  show("no circle any more", [&] {
    auto one = EZ(Tells{}, Ledger{"no circle any more, one"}), two = EZ(Tells{}, Ledger{"no circle any more, two"});
    two.xcut("log", one).xcut("log", EZ(Ledger{"no circle any more, log"}));
    one.xcut("log", two);
    EZ(part).xcut("db", one).join();
  });
  show("inside, unknown", [&] {
    EZ(EZ(numbers(1), Books{"bd", "a"}).xcut("db", EZ(Ledger{"inside, unknown, in"})))
        .xcut("db", EZ(Ledger{"inside, unknown, out"}))
        .join();
  });
}

void mistakes() {
  for (const bool apart : {false, true}) {
    const std::string title = apart ? "apart, " : "";
    auto ledger = EZ(Ledger{title + "mistakes"});
    const auto with = [&](auto pipeline) {
      if (apart) {
        pipeline.xcut("db", ledger).join();
      } else {
        pipeline.xcut("db", EZ(Ledger{title + "mistakes"})).join();
      }
    };
    show(title + "name", [&] { with(EZ(numbers(5), Books{"bd", "a"})); });
    show(title + "type", [&] { with(EZ(numbers(5), PutsLong{}).xcut("number", EZ([](int) {}))); });
  }
  show("none", [] { EZ(numbers(5), Books{"db", "a"}).join(); });
  show("into itself", [] {
    auto ledger = EZ(Tells{}, Ledger{"never"});
    ledger.xcut("log", ledger);
    EZ(numbers(5), Books{"db", "a"}).xcut("db", ledger).join();
  });
  show("into each other", [] {
    auto one = EZ(Tells{}, Ledger{"never"}), two = EZ(Tells{}, Ledger{"never"});
    one.xcut("log", two);
    two.xcut("log", one);
    EZ(numbers(5), Books{"db", "a"}).xcut("db", one).join();
  });
  show("round three, later", [] {
    auto one = EZ(Tells{}, Ledger{"never"}), two = EZ(Tells{}, Ledger{"never"}), three = EZ(Tells{}, Ledger{"never"});
    auto main = EZ(numbers(5), Books{"db", "a"}, Books{"fine", "b"}).xcut("fine", EZ(Ledger{"never"})).xcut("db", one);
    one.xcut("log", two);
    two.xcut("log", three);
    three.xcut("log", one);
    main.join();
  });
  show("into what it is part of", [] {
    auto part = EZ(Books{"db", "a"}, [](int) { return Entry{}; });
    auto whole = EZ([](Entry) { return 1; }, part);
    part.xcut("db", whole);
    EZ(numbers(5), part, [](Entry) { return 1; }).join();
  });
  show("no circle", [] {  // the same pipeline twice on the way, but not inside itself
    auto log = EZ(Ledger{"no circle, log"});
    auto one = EZ(Tells{}, Ledger{"no circle"}).xcut("log", log),
         two = EZ(Tells{}, Ledger{"no circle"}).xcut("log", log);
    EZ(numbers(5), Books{"a", "a"}, Books{"b", "b"}).xcut("a", one).xcut("b", two).join();
  });
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  sharing();
  shapes();
  same_names();
  mistakes();
  std::cout << "after " + std::to_string(EZ(numbers(10), same).list().size()) + "\n" << std::flush;
}
