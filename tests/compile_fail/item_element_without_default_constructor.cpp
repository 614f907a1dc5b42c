// What is in a map is made before it is filled.
// error: mpyx: what travels in a container, an optional or a variant needs a default constructor
// error: ‘mpyx::detail::elements_can_be_made<std::map<int, Point> >’ evaluates to false
#include <mpyx/mpyx.hpp>

#include <map>

struct Point {
  constexpr explicit Point(int value) : x{value} {}
  int x;
};
using Points = std::map<int, Point>;
static Points made(int n) { return {{n, Point{n}}}; }

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), made, [](const Points&) {}).join();
}
