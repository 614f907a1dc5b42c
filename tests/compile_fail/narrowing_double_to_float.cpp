// double to float.
// error: mpyx: this stage cannot take what the one before it gives: the conversion could lose values
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::Const<double>, double>, mpyx::detail::takes<main(int, char**)::<lambda(float)>, float> >’ evaluates to false
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1.5, 3), [](float x) { return x; }).join();
}
