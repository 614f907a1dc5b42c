// An error that nobody took because the pipeline was only destroyed: the same line and status.
// hosts: 5
// run: 1 3    sanitize: no
// exit: 1
// stderr: cannot take 3
#include <mpyx/mpyx.hpp>

#include <stdexcept>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  const auto picky = [](int x) { return x == 3 ? throw std::invalid_argument("cannot take " + std::to_string(x)) : x; };
  auto pipeline = mpyx::EZ(mpyx::Iter(std::vector<int>{1, 2, 3, 4}), mpyx::Map(picky).named("picky"));
  pipeline.start();
}
