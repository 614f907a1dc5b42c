// A part is a value: naming it gives another one.
// error: -Werror=unused-result
// errors: 3
#include <mpyx/mpyx.hpp>

#pragma GCC diagnostic error "-Wunused-result"

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  auto part = mpyx::Map([](int x) { return x; });
  auto handle = mpyx::stage(part);
  part.named("same");
  part.on(mpyx::Host{0});
  handle.on_error(mpyx::skip);
}
