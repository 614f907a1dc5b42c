// The complete first pipeline of the README: a source, some work, a printer.
// run: 1 2 5    compare: exact
#include <mpyx/mpyx.hpp>

struct Count : mpyx::F<void, int> {  // a source: nothing goes in, numbers come out
  void setup() override {
    for (int n = 1; n <= 5; ++n) put(n);
  }
};

int square(int n) { return n * n; }  // a function is a stage, too

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(
      Count{}, square, [](int n) { return n + 10; }, mpyx::Print{})
      .join();
}
