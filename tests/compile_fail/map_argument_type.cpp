// A bound argument that the function does not take.
// error: mpyx: this function cannot be called with an item of the stage before it and the arguments bound to it
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::Const<int>, int>, mpyx::detail::takes<int (*)(int, const std::__cxx11::basic_string<char>&), int> >’ evaluates to false
#include <mpyx/mpyx.hpp>

#include <string>

static int find(int x, const std::string&) { return x; }

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), mpyx::Map(find, 7)).join();
}
