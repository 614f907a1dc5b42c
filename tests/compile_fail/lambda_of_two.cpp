// A function of two parameters without an argument bound to the second.
// error: mpyx: this function cannot be called with an item of the stage before it and the arguments bound to it
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::Const<int>, int>, mpyx::detail::takes<main(int, char**)::<lambda(int, int)>, int> >’ evaluates to false
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), [](int x, int y) { return x + y; }).join();
}
