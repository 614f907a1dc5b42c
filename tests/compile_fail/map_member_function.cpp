// A pointer to a member function.
// error: mpyx: a pointer to a member function cannot travel to another rank: write a lambda, such as [](const Image& image) { return image.width(); }
// errors: 1
#include <mpyx/mpyx.hpp>

struct Image {
  int width() const { return 1; }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(Image{}, 3), mpyx::Map(&Image::width), mpyx::Print{}).join();
}
