// The same as a generic lambda with an argument.
// error: mpyx: a function cannot change the item in place: take it by value or const&, and return the result
// errors: 1
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), mpyx::Map([](auto& x, int by) { x += by; }, 2)).join();
}
