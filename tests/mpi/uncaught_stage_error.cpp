// A stage's exception that leaves main: one line that says where, status 1.
// hosts: 5
// run: 1 mpirun1 3    sanitize: no
// exit: 1
// stderr: cannot take 3
#include <mpyx/mpyx.hpp>

#include <stdexcept>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  const auto picky = [](int x) { return x == 3 ? throw std::invalid_argument("cannot take " + std::to_string(x)) : x; };
  mpyx::EZ(mpyx::Iter(std::vector<int>{1, 2, 3, 4}), mpyx::Map(picky).named("picky")).join();
}
