// Under mpirun a process has one Session; a second one is an Error that says so, not the end of the job.
// run: 2    exit: 3    sanitize: no
// stderr: mpyx: the Session has ended, and under mpirun a process has one only
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  { const mpyx::Session first{argc, argv}; }
  const mpyx::Session second{argc, argv};
  return 0;
}
