// A generic lambda that cannot be called with the item.
// error: mpyx: this function cannot be called with an item of the stage before it and the arguments bound to it
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::Const<int>, int>, mpyx::detail::takes<main(int, char**)::<lambda(auto:
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), [](auto x) -> decltype(x.size()) { return x.size(); }).join();
}
