// A source in the middle.
// error: mpyx: a source takes no input, so it can only be the first stage
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::Const<int>, int>, mpyx::detail::takes<mpyx::Const<int>, void> >’ evaluates to false
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), mpyx::Const(2, 3), mpyx::Print{}).join();
}
