// A word that on_error does not know.
// error: mpyx: on_error takes skip, retry(n), dead_letter(pipeline) or a function Verdict(const StageError&)
// error: ‘mpyx::detail::is_error_policy<int>’ evaluates to false
// errors: 1
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), mpyx::Print{}).on_error(3).join();
}
