// A number is no stage.
// error: mpyx: neither a function nor a stage (an object of a class derived from mpyx::F)
// error: ‘mpyx::detail::is_stage_or_function<int>’ evaluates to false
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(42);
}
