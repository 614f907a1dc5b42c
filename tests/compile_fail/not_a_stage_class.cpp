// A class that neither derives from F nor can be called.
// error: mpyx: neither a function nor a stage (an object of a class derived from mpyx::F)
// error: ‘mpyx::detail::is_stage_or_function<Nothing>’ evaluates to false
#include <mpyx/mpyx.hpp>

struct Nothing {};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), Nothing{}, mpyx::Print{}).join();
}
