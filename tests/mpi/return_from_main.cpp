// main's own status is the job's.
// hosts: 5
// run: 1 mpirun1 3    sanitize: no
// exit: 5
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  return mpyx::EZ(mpyx::Const(1, 5)).list().size() == 5 ? 5 : 0;
}
