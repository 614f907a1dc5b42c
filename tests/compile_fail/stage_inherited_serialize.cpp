// A serialize that is only inherited does not know the class's own data members.
// error: mpyx: a stage with data members needs a serialize(Archive&) of its own, or its state would be lost on the way to its rank
// error: ‘mpyx::detail::keeps_state<CropTwice>’ evaluates to false
#include <mpyx/mpyx.hpp>

struct Crop : mpyx::F<int, int> {
  int width = 3;
  void process(int x) override { put(x % width); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(width);
  }
};
struct CropTwice : Crop {
  int height = 3;
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), CropTwice{}, mpyx::Print{}).join();
}
