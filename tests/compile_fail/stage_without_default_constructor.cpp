// A stage that cannot be made on its rank.
// error: mpyx: a stage needs a default constructor: it is made on its rank, then serialize fills it
// error: ‘mpyx::detail::can_be_made<Crop>’ evaluates to false
#include <mpyx/mpyx.hpp>

struct Crop : mpyx::F<int, int> {
  int width;
  explicit Crop(int w) : width{w} {}
  void process(int x) override { put(x % width); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(width);
  }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), Crop{3}, mpyx::Print{}).join();
}
