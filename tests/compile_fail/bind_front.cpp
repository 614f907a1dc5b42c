// What std::bind_front gives as a stage.
// error: mpyx: this function object (a std::function, std::bind_front or the like) cannot travel to another rank: write a lambda, or bind arguments with Map(f, args...)
// errors: 1
#include <mpyx/mpyx.hpp>

#include <functional>

static int add(int a, int b) { return a + b; }

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), std::bind_front(add, 1), mpyx::Print{}).join();
}
