// A stage whose data members would be lost.
// error: mpyx: a stage with data members needs a serialize(Archive&) of its own, or its state would be lost on the way to its rank
// error: ‘mpyx::detail::keeps_state<Crop>’ evaluates to false
#include <mpyx/mpyx.hpp>

struct Crop : mpyx::F<int, int> {
  int width = 3;
  void process(int x) override { put(x % width); }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), Crop{}, mpyx::Print{}).join();
}
