// An item whose serialize is only inherited: its own data members would be lost on the way.
// error: mpyx: this stage's items cannot travel: their class needs a serialize(Archive&), and no pointers or views
// error: ‘mpyx::detail::can_travel<Load, Photo>’ evaluates to false
#include <mpyx/mpyx.hpp>

#include <string>

struct Picture {
  std::string name;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(name);
  }
};
struct Photo : Picture {
  int exposure = 0;
};
struct Load : mpyx::F<int, Photo> {
  void process(int) override { put(Photo{}); }
};
struct Save : mpyx::F<Photo, void> {
  void process(Photo) override {}
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), Load{}, Save{}).join();
}
