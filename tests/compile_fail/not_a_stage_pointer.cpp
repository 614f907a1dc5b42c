// Stages are given by value.
// error: mpyx: neither a function nor a stage (an object of a class derived from mpyx::F)
// error: ‘mpyx::detail::is_stage_or_function<Save*>’ evaluates to false
#include <mpyx/mpyx.hpp>

struct Save : mpyx::F<int, void> {
  void process(int) override {}
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  Save save;
  mpyx::EZ(mpyx::Const(1, 3), &save).join();
}
