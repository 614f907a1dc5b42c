// A farm made of the arguments of its stages.
// error: mpyx: this stage cannot take what the one before it gives
// error: ‘mpyx::detail::fits<mpyx::detail::gives<Load, std::__cxx11::basic_string<char> >, mpyx::detail::takes<Scale, double> >’ evaluates to false
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
  mpyx::EZ(mpyx::Const(1, 3), Load{}, mpyx::As<Scale>(2), mpyx::Print{});
}
