// long to int.
// error: mpyx: this stage cannot take what the one before it gives: the conversion could lose values
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::Const<long int>, long int>, mpyx::detail::takes<main(int, char**)::<lambda(int)>, int> >’ evaluates to false
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1L, 3), [](int x) { return x; }).join();
}
