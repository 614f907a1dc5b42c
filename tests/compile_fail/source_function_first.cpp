// A function without parameters is no source.
// error: mpyx: a function without parameters is no source: write a class derived from F<void, Out>
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::detail::nothing, void>, mpyx::detail::takes<int (*)(), void> >’ evaluates to false
#include <mpyx/mpyx.hpp>

static int next() { return 1; }

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(next, mpyx::Print{}).join();
}
