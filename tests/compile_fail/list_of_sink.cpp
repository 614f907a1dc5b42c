// The same in a vector.
// error: mpyx: items() and list() need a source and a last stage that puts something
// errors: 1
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  return static_cast<int>(mpyx::EZ(mpyx::Const(1, 3), [](int) {}).list().size());
}
