// A pointer in the serialize of a stage: cereal says it, once for saving and once for loading.
// error: Cereal does not support serializing raw pointers - please use a smart pointer
// errors: 2
#include <mpyx/mpyx.hpp>

struct Crop : mpyx::F<int, int> {
  int* width = nullptr;
  void process(int x) override { put(x % *width); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(width);
  }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), Crop{}, mpyx::Print{}).join();
}
