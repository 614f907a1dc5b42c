// Map with too few arguments.
// error: mpyx: this function cannot be called with an item of the stage before it and the arguments bound to it
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::Const<int>, int>, mpyx::detail::takes<int (*)(int, int), int> >’ evaluates to false
#include <mpyx/mpyx.hpp>

static int add(int x, int y) { return x + y; }

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), mpyx::Map(add)).join();
}
