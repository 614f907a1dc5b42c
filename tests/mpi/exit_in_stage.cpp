// exit() in a stage that shares main()'s process ends the program with that status, though main() waits for the stage.
// run: 1    sanitize: no
// exit: 5
// stderr: exit(5) was called outside of main()
// seconds: 20
#include <mpyx/mpyx.hpp>

#include <cstdlib>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1), [](int) { std::exit(5); }).join();
}
