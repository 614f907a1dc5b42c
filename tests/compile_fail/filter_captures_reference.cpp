// A captured reference in a Filter.
// error: mpyx: a lambda may capture only plain values: a captured pointer, reference or string would not mean the same on another rank (bind arguments with Map(f, args...) instead)
// error: ‘mpyx::detail::function_travels<main(int, char**)::<lambda(int)> >’ evaluates to false
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  int total = 0;
  mpyx::EZ(mpyx::Const(1, 3), mpyx::Filter([&total](int x) { return x > total; }), mpyx::Print{}).join();
}
