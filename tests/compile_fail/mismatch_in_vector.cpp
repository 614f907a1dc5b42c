// Stages of one vector, one after the other: each gets what the one before it gives.
// error: mpyx: this stage cannot take what the one before it gives
// error: ‘mpyx::detail::fits<mpyx::detail::gives<Load, std::__cxx11::basic_string<char> >, mpyx::detail::takes<Load, int> >’ evaluates to false
#include <mpyx/mpyx.hpp>

#include <string>
#include <vector>

struct Load : mpyx::F<int, std::string> {
  void process(int x) override { put(std::to_string(x)); }
};
struct Scale : mpyx::F<double, double> {
  void process(double x) override { put(2 * x); }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  std::vector<Load> chosen(3);
  mpyx::EZ(mpyx::Const(1, 3), mpyx::S(chosen));
}
