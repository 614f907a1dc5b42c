// A variant to one of its alternatives.
// error: mpyx: this stage cannot take what the one before it gives: it knows only some alternatives of the variant
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::Const<std::variant<int, std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > > >, std::variant<int, std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > > >, mpyx::detail::takes<main(int, char**)::<lambda(int)>, int> >’ evaluates to false
#include <mpyx/mpyx.hpp>

#include <string>
#include <variant>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(std::variant<int, std::string>{1}, 3), [](int x) { return x; }).join();
}
