// Runs until somebody kills one of its processes. Says "running" once items have passed every stage.
#include <mpyx/mpyx.hpp>

#include <cstdio>

#ifndef VARIANT
#define VARIANT 0
#endif

namespace {

struct Watch : mpyx::F<int, void> {
  long seen = 0;
  void process(int) override {
    if (++seen == 1000) {
      std::puts("running");
      std::fflush(stdout);
    }
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(seen);
  }
};

int add(int x) { return x + VARIANT; }

}  // namespace

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1), mpyx::As(2, mpyx::Map(add).named("add")), Watch{}).join();
}
