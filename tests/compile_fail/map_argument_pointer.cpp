// A bound pointer.
// error: mpyx: arguments bound with Map or Filter have to be serializable
// error: ‘mpyx::detail::argument_travels<double*>’ evaluates to false
#include <mpyx/mpyx.hpp>

static double add(int x, const double* y) { return x + *y; }

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  double y = 1;
  mpyx::EZ(mpyx::Const(1, 3), mpyx::Map(add, &y)).join();
}
