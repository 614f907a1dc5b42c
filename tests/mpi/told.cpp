// What a part is told: a farm's name is its stages', its handle speaks for all of them; a single stage has dead letters of its
// own; a stage knows in initialize() who it is going to be.
// hosts: 4
// run: 1 2 5    compare: sorted    sanitize: no
#include <mpyx/mpyx.hpp>

#include <chrono>
#include <iostream>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>

using namespace mpyx;

namespace {

int even(int x) {
  if (x % 2 != 0) throw std::runtime_error("odd");
  return x;
}
int same(int x) { return x; }

struct Letters : F<DeadLetter, void> {
  std::string title;
  int count = 0;
  Letters() = default;
  explicit Letters(std::string t) : title{std::move(t)} {}
  void process(DeadLetter letter) override {
    if (letter.item<int>() % 2 != 0) ++count;
  }
  void teardown() override { std::cout << title + ": " + std::to_string(count) + " letters\n" << std::flush; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(title);
  }
};

/// Puts whether it is who initialize() said it would be.
struct Expects : F<void, std::string> {
  std::string who;
  std::string me() const {
    return name() + " " + std::to_string(replica()) + " of " + std::to_string(replicas()) + " on " +
           std::to_string(rank()) + " at " + host();
  }
  void initialize() override { who = me(); }
  void setup() override { put(who == me() ? name() + " " + std::to_string(replica()) : who + ", not " + me()); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(who);
  }
};

auto numbers(int count) { return Iter(std::views::iota(0, count)); }

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  const auto one = Map(even).on_error(dead_letter(EZ(Letters{"one"})));
  std::cout << "one: " + std::to_string(EZ(numbers(100), one, Map(same)).list().size()) + " items\n" << std::flush;
  const auto farm_of_them = As(3, Map(even).on_error(dead_letter(EZ(Letters{"three"}))));
  std::cout << "three: " + std::to_string(EZ(numbers(100), farm_of_them).list().size()) + " items\n" << std::flush;
  const auto filter = Filter([](int x) { return even(x) >= 0; }).on_error(dead_letter(EZ(Letters{"filter"})));
  std::cout << "filter: " + std::to_string(EZ(numbers(100), filter, As(2, same)).list().size()) + " items\n"
            << std::flush;

  const auto farm = stage(As(3, same)).named("farm");
  auto pipeline = EZ(numbers(100), farm, As(2, Map(same).named("own")).named("other"));
  std::cout << pipeline.graph().text() << '\n';
  for (const auto& node : pipeline.graph().nodes()) {
    if (node.name == "farm") std::cout << "a node of the farm\n";
  }
  std::cout << "before: " << farm.started() << farm.finished() << '\n';
  std::cout << pipeline.list().size() << " items\n";
  std::cout << "after: " << farm.started() << farm.stopped() << farm.finished() << '\n';
  try {
    EZ(numbers(2), As(2, even).named("evens")).join();
  } catch (const StageError& error) {
    std::cout << "failed: " << error.stage() << '\n';
  }

  const auto stopped = stage(As(3, same));
  auto endless = EZ(Const(1), stopped, [](int) {});
  endless.start();
  while (!stopped.started()) std::this_thread::sleep_for(std::chrono::milliseconds{1});  // not synchronisation: it asks
  stopped.stop();
  endless.join();
  std::cout << "stopped: " << stopped.stopped() << stopped.finished() << '\n';

  for (const auto& line : EZ(P(As(3, Expects{}).named("who"), Expects{})).list()) std::cout << line << '\n';
  try {
    static_cast<void>(Map(same).on(Host{-1}));
  } catch (const Error& error) {
    std::cout << error.what() << '\n';
  }
}
