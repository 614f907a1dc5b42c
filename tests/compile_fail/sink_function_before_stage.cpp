// A function that returns nothing, in the middle.
// error: mpyx: a sink puts nothing, so no stage can follow it
// error: ‘mpyx::detail::fits<mpyx::detail::gives<main(int, char**)::<lambda(int)>, void>, mpyx::detail::takes<main(int, char**)::<lambda(int)>, int> >’ evaluates to false
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(
      mpyx::Const(1, 3), [](int) {}, [](int x) { return x; })
      .join();
}
