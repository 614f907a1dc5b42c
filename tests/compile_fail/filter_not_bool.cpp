// A Filter whose function is no predicate.
// error: mpyx: the function in a Filter has to return a bool, in a FlatMap a range
// error: ‘mpyx::detail::returns<main(int, char**)::<lambda(int)>, std::__cxx11::basic_string<char> >’ evaluates to false
#include <mpyx/mpyx.hpp>

#include <string>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), mpyx::Filter([](int x) { return std::to_string(x); }), mpyx::Print{}).join();
}
