// A wrong value in the environment ends the job with one line, whatever number of hosts and ranks.
// hosts: 3 6
// exit: 3
// stderr: MPYX_LOST_SECONDS is 'soon'
// seconds: 30
#include <mpyx/mpyx.hpp>

#include <cstdlib>

int main(int argc, char** argv) {
  ::setenv("MPYX_LOST_SECONDS", "soon", 1);
  mpyx::Session session{argc, argv};
}
