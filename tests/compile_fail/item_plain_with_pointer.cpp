// A trivially copyable class with a pointer inside is not plain.
// error: mpyx: this stage's items cannot travel: their class needs a serialize(Archive&), and no pointers or views
// error: ‘mpyx::detail::can_travel<main(int, char**)::<lambda(int)>, View>’ evaluates to false
#include <mpyx/mpyx.hpp>

struct View {
  const char* text = nullptr;
  int size = 0;
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(
      mpyx::Const(1, 3), [](int) { return View{}; }, [](View) {})
      .join();
}
