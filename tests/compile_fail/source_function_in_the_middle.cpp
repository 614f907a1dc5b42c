// A function without parameters in the middle.
// error: mpyx: a source takes no input, so it can only be the first stage
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::Const<int>, int>, mpyx::detail::takes<int (*)(), void> >’ evaluates to false
#include <mpyx/mpyx.hpp>

static int next() { return 1; }

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), next, mpyx::Print{}).join();
}
