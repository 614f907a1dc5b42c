// A pointer means nothing on another rank.
// error: mpyx: this stage's items cannot travel: their class needs a serialize(Archive&), and no pointers or views
// error: ‘mpyx::detail::can_travel<main(int, char**)::<lambda(int)>, int*>’ evaluates to false
#include <mpyx/mpyx.hpp>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(
      mpyx::Const(1, 3), [](int x) { return new int(x); }, [](int* p) { delete p; })
      .join();
}
