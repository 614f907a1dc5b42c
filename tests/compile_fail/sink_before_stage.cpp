// A sink in the middle: the stages behind it are not reported as well.
// error: mpyx: a sink puts nothing, so no stage can follow it
// error: ‘mpyx::detail::fits<mpyx::detail::gives<Save, void>, mpyx::detail::takes<mpyx::Print, mpyx::detail::undecided> >’ evaluates to false
#include <mpyx/mpyx.hpp>

struct Save : mpyx::F<int, void> {
  void process(int) override {}
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), Save{}, mpyx::Print{}, mpyx::Print{}).join();
}
