// A pointer as a meta value.
// error: mpyx: a meta value has to be serializable
// error: ‘mpyx::detail::meta_travels<int*>’ evaluates to false
#include <mpyx/mpyx.hpp>

struct Stage : mpyx::F<int, int> {
  void process(int x) override {
    meta["table"] = &x;
    put(x);
  }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), Stage{}).join();
}
