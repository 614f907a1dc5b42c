// A graph can be looked at before it runs: as text, as a picture for graphviz, as JSON, and with where each stage would run.
// run: 1    compare: exact
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <ranges>

using namespace mpyx;

struct Load : F<int, int> {
  void process(int n) override { put(n); }
};
struct Resize : F<int, int> {
  void process(int n) override { put(n); }
};
struct Archive : F<int, void> {
  void process(int) override {}
};

int main(int argc, char** argv) {
  Session session{argc, argv};
  const auto pipeline = EZ(Iter(std::views::iota(0, 9)), Load{}, B(Archive{}, As(3, Resize{}).named("small")));
  std::cout << pipeline.graph() << '\n' << pipeline.graph().stages() << " stages\n";
  std::cout << pipeline.graph().dot();
  pipeline.print_layout(std::cerr);
}
