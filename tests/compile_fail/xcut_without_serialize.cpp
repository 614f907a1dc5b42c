// An xcut pipeline whose items do not say how they travel: nothing would arrive.
// error: mpyx: what goes into an xcut pipeline cannot travel: its class needs a serialize(Archive&), and no pointers or views
// error: mpyx: what is put into an xcut cannot travel: its class needs a serialize(Archive&), and no pointers or views
// errors: 2
#include <mpyx/mpyx.hpp>

#include <string>

struct Row {
  std::string table;
  int number = 0;
};
struct Writer : mpyx::F<Row, void> {
  void process(Row) override {}
};
struct Work : mpyx::F<int, int> {
  void process(int x) override {
    xcut<Row>("database").put({"squares", x});
    put(x);
  }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(1, 3), Work{}, mpyx::Print{}).xcut("database", mpyx::EZ(Writer{})).join();
}
