// A meta value of a class that does not say how it travels.
// error: mpyx: a meta value has to be serializable
// error: ‘mpyx::detail::meta_travels<Table>’ evaluates to false
#include <mpyx/mpyx.hpp>

#include <string>

struct Table {
  std::string name;
};
struct Stage : mpyx::F<int, int> {
  void process(int x) override {
    meta["table"] = Table{};
    put(x);
  }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), Stage{}).join();
}
