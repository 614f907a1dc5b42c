// Print of a class without operator<<.
// error: mpyx: Print needs an operator<< for the items
// error: ‘mpyx::detail::has_output_operator<Point>’ evaluates to false
#include <mpyx/mpyx.hpp>

struct Point {
  int x = 0, y = 0;
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(Point{}, 3), mpyx::Print{}).join();
}
