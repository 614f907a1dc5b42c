// A Filter whose predicate takes an item that cannot be copied by value.
// error: mpyx: a Filter passes the item on, so its predicate may only look at it: take it by const&
// errors: 1
#include <mpyx/mpyx.hpp>

#include <memory>

static std::unique_ptr<int> make(int x) { return std::make_unique<int>(x); }
static bool even(std::unique_ptr<int> x) { return *x % 2 == 0; }

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), make, mpyx::Filter(even), [](const std::unique_ptr<int>&) {}).join();
}
