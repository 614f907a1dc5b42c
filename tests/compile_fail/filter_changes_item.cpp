// A Filter whose predicate could change the item.
// error: mpyx: a Filter passes the item on, so its predicate may only look at it: take it by const&
// errors: 1
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), mpyx::Filter([](int&& x) { return x > 1; }), mpyx::Print{}).join();
}
