// An error that nobody takes ends the program with status 1 and a line that says which stage failed, where and why.
// run: 1 3    exit: 1
// stderr: no room in the cellar
#include <mpyx/mpyx.hpp>

#include <stdexcept>
#include <vector>

struct Cellar : mpyx::F<int, void> {
  void process(int bottle) override {
    if (bottle == 100) throw std::runtime_error("no room in the cellar");
  }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Iter(std::vector<int>(200, 100)), Cellar{}).join();
}
