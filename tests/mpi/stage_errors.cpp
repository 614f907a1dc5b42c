// What a StageError tells, and that the session goes on after it.
// hosts: 5
// run: 1 2 4 7    compare: exact
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <ranges>
#include <stdexcept>
#include <string>

using namespace mpyx;

namespace {

struct Picky : F<int, int> {
  std::string when;
  Picky() = default;
  explicit Picky(std::string w) : when{std::move(w)} {}
  void initialize() override { fail("initialize"); }
  void setup() override { fail("setup"); }
  void process(int x) override {
    if (x == 5) fail("process");
    if (x == 5 && when == "number") throw 42;
    put(x);
  }
  void teardown() override { fail("teardown"); }
  void fail(const char* phase) const {
    if (when == phase) throw std::runtime_error(std::string("in ") + phase);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(when);
  }
};

struct BadSource : F<void, int> {
  void setup() override {
    put(1);
    throw std::out_of_range("no more");
  }
};

struct Unreadable {
  int value = 0;
  template <class Archive>
  void save(Archive& archive) const {
    if (value == 5) throw std::runtime_error("five cannot be saved");
    archive(value);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(value);
    if (value == 3) throw std::runtime_error("three cannot be loaded");
  }
};

void show(const char* title, auto run) {
  try {
    run();
    std::cout << title << ": no error\n";
  } catch (const StageError& e) {
    const std::string what = e.what();
    std::cout << title << ": " << e.stage() << " | " << e.replica() << " | " << e.phase() << " | " << e.item() << " | "
              << e.message() << " | "
              << (what.find(e.stage()) != std::string::npos && what.find(e.message()) != std::string::npos)
              << (e.rank() >= 0) << !e.host().empty() << '\n';
  } catch (const Error& e) {
    const std::string what = e.what();
    std::cout << title << ": Error " << (what.find("no source") != what.npos) << (what.find("empty") != what.npos)
              << '\n';
  }
  std::cout << EZ(Iter(std::views::iota(0, 3)), [](int x) { return x; }).list().size() << '\n';
}

/// A stage that cannot be taken to its rank, or not be made there.
struct Fragile : F<int, int> {
  std::string when;
  Fragile() = default;
  explicit Fragile(std::string w) : when{std::move(w)} {}
  void process(int x) override { put(x); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(when);
    if (when == (Archive::is_saving::value ? "sent" : "made")) throw std::runtime_error("cannot be " + when);
  }
};

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  const auto numbers = [](int n) { return Iter(std::views::iota(0, n)); };
  show("initialize", [&] { EZ(numbers(10), Picky{"initialize"}).join(); });
  show("sent", [&] { EZ(numbers(10), Fragile{"sent"}).join(); });
  show("made", [&] { EZ(numbers(10), Fragile{"made"}).join(); });
  show("setup", [&] { EZ(numbers(10), Picky{"setup"}).join(); });
  show("process", [&] { EZ(numbers(10), Picky{""}, Picky{"process"}).join(); });
  show("teardown", [&] { EZ(numbers(10), Picky{"teardown"}).join(); });
  show("number", [&] { EZ(numbers(10), Picky{"number"}).join(); });
  show("source", [&] { EZ(BadSource{}, Picky{""}).join(); });
  show("named", [&] { EZ(numbers(10), As(1, Picky{"process"}).named("farm"), P(Picky{"process"}).named("p")).join(); });
  show("lambda", [&] {
    EZ(numbers(10), Map([](int x) { return x < 4 ? x : throw std::logic_error("four"); }).named("small")).join();
  });
  show("long run", [&] { EZ(numbers(100'000'000), Picky{"process"}).join(); });
  show("save",
       [&] { EZ(numbers(10), Map([](int x) { return Unreadable{x + 4}; }).named("save"), [](Unreadable) {}).join(); });
  show("load", [&] {
    EZ(numbers(4), Map([](int x) { return Unreadable{x + 1}; }), Map([](Unreadable) {}).named("load")).join();
  });
  int seen = 0;
  show("items", [&] {
    for (int x : EZ(numbers(10), Picky{"process"}).items()) seen += x >= 0;
  });
  std::cout << "seen " << (seen <= 5) << '\n';
  show("no source", [&] { EZ([](int x) { return x; }).join(); });
  show("empty", [&] { EZ(numbers(10), P(std::vector<Picky>{})).join(); });
}
