// What follows a broadcast gets the variant of all that its branches give.
// error: mpyx: this stage cannot take what the one before it gives: it knows only some alternatives of the variant
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::detail::broadcast_of<Load, Scale>, std::variant<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >, double> >, mpyx::detail::takes<Scale, double> >’ evaluates to false
#include <mpyx/mpyx.hpp>

#include <string>

struct Load : mpyx::F<int, std::string> {
  void process(int x) override { put(std::to_string(x)); }
};
struct Scale : mpyx::F<double, double> {
  void process(double x) override { put(2 * x); }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), mpyx::B(Load{}, Scale{}), Scale{});
}
