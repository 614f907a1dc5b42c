// A view only looks at what stays behind.
// error: mpyx: this stage's items cannot travel: their class needs a serialize(Archive&), and no pointers or views
// error: ‘mpyx::detail::can_travel<main(int, char**)::<lambda(int)>, std::basic_string_view<char> >’ evaluates to false
#include <mpyx/mpyx.hpp>

#include <string_view>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(
      mpyx::Const(1, 3), [](int) { return std::string_view{"a"}; }, mpyx::Print{})
      .join();
}
