// A pipeline that begins with a source, behind another one.
// error: mpyx: a source takes no input, so it can only be the first stage
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::Print, int>, mpyx::detail::takes<mpyx::Const<int>, void> >’ evaluates to false
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  auto numbers = mpyx::EZ(mpyx::Const(1, 3), mpyx::Print{});
  mpyx::EZ(numbers, numbers).join();
}
