// What is awaited is a coroutine or a function that gives one.
// error: no matching function for call to
#include <mpyx/mpyx.hpp>

struct Page : mpyx::F<int, int> {
  void process(int n) override {
    put(await([n] { return n; }));
  }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1), Page{}).join();
}
