// Standard input belongs to main(): Read refuses it on other ranks instead of finding it empty.
// run: 3    exit: 1    sanitize: no
// stderr: standard input belongs to main()
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  const mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Read("/dev/stdin"), mpyx::Print{}).join();
}
