// A stage cannot start a pipeline on its rank, and is told why.
// run: 2    exit: 1    sanitize: no
// stderr: a stage cannot start a pipeline: only main() can, on rank 0
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  const mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Iter{1}, [](int n) { mpyx::EZ(mpyx::Iter{n}, mpyx::Print{}).join(); }).join();
}
