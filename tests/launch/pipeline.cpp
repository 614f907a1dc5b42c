// A pipeline that ends in the way its first argument says; for the tests of mpyx-run.
#include <mpyx/mpyx.hpp>

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ranges>
#include <stdexcept>
#include <string>

namespace {

void say(const char* line) {
  std::fputs(line, stdout);
  std::fflush(stdout);
}

// Says "running" once items flow.
struct Flow : mpyx::F<int, void> {
  long seen = 0;
  void process(int) override {
    if (++seen == 100) say("running\n");
  }
  void teardown() override { say("torn down\n"); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(seen);
  }
};

// The way of the middle stage to end, by the first argument.
int end_by(int item, int how, int status) {
  if (item < 50) return item;
  if (how == 1) throw std::runtime_error("on purpose");
  if (how == 2) ::kill(::getpid(), SIGKILL);
  if (how == 3) ::_exit(status);
  if (how == 4) {
    say("stuck\n");
    for (;;) ::pause();  // in user code that nothing can stop
  }
  return item;
}

int run(int how, int status) {
  int sum = 0;
  const auto numbers = mpyx::Iter(std::views::iota(1, 101));
  for (const int item : mpyx::EZ(numbers, mpyx::Map(end_by, how, status)).items()) sum += item;
  std::printf("sum %d\n", sum);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  const std::string what = argc > 1 ? argv[1] : "";
  const int status = argc > 2 ? std::atoi(argv[2]) : 0;
  if (what == "finish") return run(0, 0);
  if (what == "return") return status;
  if (what == "throw") return run(1, 0);
  if (what == "kill-worker") return run(2, 0);
  if (what == "exit-worker") return run(3, status);
  if (what == "stuck") return run(4, 0);
  if (what == "kill-coordinator") ::kill(::getpid(), SIGKILL);
  if (what == "invalid") mpyx::EZ([](int x) { return x; }, Flow{}).join();  // no source
  if (what == "three-hosts") {
    const auto same = mpyx::Map([](int x) { return x; }).on(mpyx::Host{1});
    mpyx::EZ(mpyx::stage(mpyx::Const(1)).on(mpyx::Host{0}), same, mpyx::stage(Flow{}).on(mpyx::Host{2})).join();
  }
  if (what == "endless") mpyx::EZ(mpyx::Const(1), Flow{}).join();
  return 2;
}
