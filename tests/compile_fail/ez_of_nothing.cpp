// A pipeline of nothing.
// error: mpyx: EZ() needs at least one stage
// errors: 1
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ().join();
}
