// A dead-letter pipeline that begins with a generic function.
// error: mpyx: the pipeline of dead_letter() has to begin with a stage that takes mpyx::DeadLetter
// errors: 1
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), mpyx::Print{}).on_error(mpyx::dead_letter(mpyx::EZ(mpyx::Print{}))).join();
}
