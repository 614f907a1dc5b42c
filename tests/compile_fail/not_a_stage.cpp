// A number is no stage, also where a count of replicas was meant.
// error: mpyx: a number is no stage; As(3, stage) is three of one stage
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Iter{1, 2}, mpyx::P(3, mpyx::Print{})).join();
}
