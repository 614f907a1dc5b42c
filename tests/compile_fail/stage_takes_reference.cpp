// A stage that takes its items by reference, which nobody keeps.
// error: mpyx: a stage takes items by value: F<T, Out>, without const and &
// errors: 3
#include <mpyx/mpyx.hpp>

#include <string>

struct Length : mpyx::F<const std::string&, int> {
  void process(const std::string& text) override { put(static_cast<int>(text.size())); }
};

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  mpyx::EZ(mpyx::Const(std::string{"one"}, 3), Length{}, mpyx::Print{}).join();
}
