// Items of a class that does not say how it travels.
// error: mpyx: this stage's items cannot travel: their class needs a serialize(Archive&), and no pointers or views
// error: ‘mpyx::detail::can_travel<Load, Picture>’ evaluates to false
#include <mpyx/mpyx.hpp>

#include <string>

struct Picture {
  std::string name;
  int* pixels = nullptr;
};
struct Load : mpyx::F<int, Picture> {
  void process(int) override { put(Picture{}); }
};
struct Save : mpyx::F<Picture, void> {
  void process(Picture) override {}
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), Load{}, Save{}).join();
}
