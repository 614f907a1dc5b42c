// A std::function as a stage.
// error: mpyx: this function object (a std::function, std::bind_front or the like) cannot travel to another rank: write a lambda, or bind arguments with Map(f, args...)
// error: ‘mpyx::detail::function_object_travels<std::function<int(int)> >’ evaluates to false
// errors: 1
#include <mpyx/mpyx.hpp>

#include <functional>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), std::function<int(int)>{[](int x) { return x; }}, mpyx::Print{}).join();
}
