// A host's number that is no Host: 0 would be taken for a name.
// error: use of deleted function
// errors: 1
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), mpyx::Print{}.on(0)).join();
}
