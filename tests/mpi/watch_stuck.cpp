// A stage that does not come back is shown as busy, with its age, and those before it as blocked; watch() and unwatch()
// take effect while a pipeline runs.
// run: 1 3    compare: exact    sanitize: no
#include <mpyx/mpyx.hpp>

#include <chrono>
#include <iostream>
#include <string>

#include "mpi/captured.hpp"

namespace {

using namespace std::chrono_literals;

struct Hangs : mpyx::F<int, int> {
  mpyx::Event go;
  Hangs() = default;
  explicit Hangs(mpyx::Event until) : go{until} {}
  void process(int n) override {
    if (n == 3) {
      while (!go.is_set() && !stopped()) sleep(1ms);
    }
    put(n);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(go);
  }
};

}  // namespace

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  Captured out{STDOUT_FILENO};
  mpyx::Event go;
  auto pipeline = mpyx::EZ(mpyx::Iter(std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}),
                           mpyx::stage(Hangs{go}).named("hangs"), [](int) {})
                      .capacity(1);
  pipeline.start();
  pipeline.watch(50ms);
  const bool aged = out.wait_for(R"(# hangs( on rank \d+)? has been busy with its item 3 for \d+)");
  const bool busy = out.wait_for(R"(# hangs +0 +100 +0 +0 +\d/1)");
  const bool blocked = out.wait_for(R"(# Iter +0 +0 +0 +100\n)");
  const bool starved = out.wait_for(R"(# lambda +0 +0 +100 +0 +0/1)");
  pipeline.unwatch();
  go.set();
  pipeline.join();
  const std::string text = out.end();
  std::cout << "its age is shown: " << aged << "\nit is busy: " << busy << "\nits source is blocked: " << blocked
            << "\nthe one behind it is starved: " << starved
            << "\nno summary after unwatch(): " << (text.find("summary") == std::string::npos) << '\n';
  if (!aged || !busy || !blocked || !starved) std::cerr << text;
}
