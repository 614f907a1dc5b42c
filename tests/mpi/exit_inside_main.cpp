// exit() inside main, with a session and a running pipeline: its status is the job's, and no rank stays.
// hosts: 5
// run: 1 mpirun1 2 4    sanitize: no
// exit: 7
#include <mpyx/mpyx.hpp>

#include <cstdlib>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  auto done = mpyx::EZ(mpyx::Const(1, 10), [](int x) { return x; }).list();
  auto pipeline = mpyx::EZ(mpyx::Const(1), [](int x) { return x; });
  pipeline.start();
  std::exit(done.size() == 10 ? 7 : 8);
}
