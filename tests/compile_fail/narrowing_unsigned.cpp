// int to unsigned.
// error: mpyx: this stage cannot take what the one before it gives: the conversion could lose values
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::Const<int>, int>, mpyx::detail::takes<main(int, char**)::<lambda(unsigned int)>, unsigned int> >’ evaluates to false
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), [](unsigned x) { return x; }).join();
}
