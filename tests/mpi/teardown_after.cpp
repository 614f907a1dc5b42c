// teardown() runs whenever setup() returned: at the end, after a failure anywhere in the pipeline, and after stop().
// hosts: 5
// run: 1 3 4    compare: sorted
#include <mpyx/mpyx.hpp>

#include <atomic>
#include <iostream>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

struct Noisy : mpyx::F<int, int> {
  std::string when;
  Noisy() = default;
  explicit Noisy(std::string w) : when{std::move(w)} {}
  void setup() override {
    if (when == "setup fails") throw std::runtime_error("no");
  }
  void process(int x) override {
    if (when == "process fails" && x == 7) throw std::runtime_error("seven");
    put(x);
  }
  void teardown() override { std::cout << when + ": teardown\n" << std::flush; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(when);
  }
};

struct Endless : mpyx::F<void, int> {
  void setup() override {
    for (int n = 0; !stopped(); ++n) put(n);
  }
  void teardown() override { std::cout << "endless: teardown\n" << std::flush; }
};

struct Asleep : mpyx::F<void, int> {
  void setup() override {
    put(1);
    sleep(std::chrono::hours(1));
    std::cout << "asleep: woken\n" << std::flush;
  }
  void teardown() override { std::cout << "asleep: teardown\n" << std::flush; }
};

void show(const char* title, auto run) {
  try {
    run();
    std::cout << title << ": fine" << std::endl;
  } catch (const mpyx::StageError& error) {
    std::cout << title << ": " << error.stage() << ' ' << error.phase() << ' ' << error.item() << ' ' << error.message()
              << std::endl;
  }
}

}  // namespace

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  using namespace mpyx;
  const auto numbers = [](int n) { return Iter(std::views::iota(0, n)); };
  show("1", [&] { EZ(numbers(10), Noisy{"end"}).join(); });
  show("2", [&] { EZ(numbers(100), Noisy{"process fails"}, Noisy{"after a failure"}).join(); });
  show("3", [&] { EZ(numbers(100), Noisy{"setup fails"}).join(); });
  show("4", [&] { EZ(Endless{}, Noisy{"process fails"}).join(); });
  show("5", [&] {
    auto pipeline = EZ(Endless{}, Noisy{"stopped"});
    pipeline.start();
    std::thread stopper{[&] { pipeline.stop(); }};
    pipeline.join();
    stopper.join();
  });
  show("6", [&] {
    auto pipeline = EZ(Asleep{}, Noisy{"beside a sleeper"});
    auto items = pipeline.items();
    for (auto it = items.begin(); it != items.end(); ++it) pipeline.stop();
    pipeline.join();
  });
}
