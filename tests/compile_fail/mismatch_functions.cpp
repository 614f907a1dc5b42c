// The same between a function and a stage.
// error: mpyx: this stage cannot take what the one before it gives
// error: ‘mpyx::detail::fits<mpyx::detail::gives<std::__cxx11::basic_string<char> (*)(int), std::__cxx11::basic_string<char> >, mpyx::detail::takes<Scale, double> >’ evaluates to false
#include <mpyx/mpyx.hpp>

#include <string>

static std::string text(int x) { return std::to_string(x); }
struct Scale : mpyx::F<double, double> {
  void process(double x) override { put(2 * x); }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), text, Scale{});
}
