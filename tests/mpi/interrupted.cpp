// After Ctrl-C every pipeline is drained, also one that main() starts later.
// run: 1 mpirun1 3    sanitize: thread
// exit: 130
// seconds: 20
#include <mpyx/mpyx.hpp>

#include <csignal>
#include <iostream>

using namespace mpyx;

int main(int argc, char** argv) {
  Session session{argc, argv};
  int seen = 0;
  for (const int n : EZ(Const(1), [](int x) { return x; }).items()) {
    if (seen == 0) std::raise(SIGINT);
    seen += n;
  }
  std::cout << "the first has ended\n";
  EZ(Const(1), [](int) {}).join();
  std::cout << "the second has ended\n";
}
