// A function that changes the item in place.
// error: mpyx: a function cannot change the item in place: take it by value or const&, and return the result
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::Const<int>, int>, mpyx::detail::takes_item_as_shown<void (*)(int&)> >’ evaluates to false
// errors: 1
#include <mpyx/mpyx.hpp>

static void invert(int& pixel) { pixel = 255 - pixel; }

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), invert, mpyx::Print{}).join();
}
