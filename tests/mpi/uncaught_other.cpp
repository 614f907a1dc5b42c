// An exception of the user's own that leaves main while a pipeline runs: it ends, and the status is not 0.
// hosts: 5
// run: 1 3    sanitize: no
// exit: nonzero
// stderr: my own
#include <mpyx/mpyx.hpp>

#include <stdexcept>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  auto pipeline = mpyx::EZ(mpyx::Const(1), [](int x) { return x; });
  pipeline.start();
  throw std::runtime_error("my own");
}
