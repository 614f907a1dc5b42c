// A dead-letter pipeline that does not take dead letters.
// error: mpyx: the pipeline of dead_letter() has to begin with a stage that takes mpyx::DeadLetter
// error: ‘mpyx::detail::takes_dead_letters<int>’ evaluates to false
// errors: 1
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  auto grave = mpyx::EZ([](int) {});
  mpyx::EZ(mpyx::Const(1, 3), mpyx::Print{}).on_error(mpyx::dead_letter(grave)).join();
}
