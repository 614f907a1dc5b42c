// A graph without a source leaves main as an Error. Its status is 3.
// run: 1 mpirun1 3    sanitize: no
// exit: 3
// stderr: no source
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ([](int x) { return x; }).join();
}
