// A source has no items that could be in flight; it awaits in its setup().
// error: mpyx: an AsyncF takes items
#include <mpyx/mpyx.hpp>

struct Pages : mpyx::AsyncF<void, int> {
  void setup() override { put(1); }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(Pages{}).join();
}
