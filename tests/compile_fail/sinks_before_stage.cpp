// A broadcast to sinks only, in the middle.
// error: mpyx: a sink puts nothing, so no stage can follow it
// error: ‘mpyx::detail::fits<mpyx::detail::gives<mpyx::detail::broadcast_of<Save, Save>, void>, mpyx::detail::takes<main(int, char**)::<lambda(auto:
#include <mpyx/mpyx.hpp>

struct Save : mpyx::F<int, void> {
  void process(int) override {}
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), mpyx::B(Save{}, Save{}), [](auto x) { return x; }).join();
}
