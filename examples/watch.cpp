// Watching a pipeline: how fast each stage is, who waits for whom, and what would help. What it prints differs from run to run.
// run: 1 2 5
#include <mpyx/mpyx.hpp>

#include <chrono>
#include <ranges>

using namespace mpyx;
using namespace std::chrono_literals;

struct Resize : F<int, int> {
  void process(int picture) override {
    sleep(4ms);  // stands for work
    put(picture);
  }
};
struct Enhance : F<int, int> {
  void process(int picture) override {
    sleep(1ms);
    put(picture);
  }
};
struct Save : F<int, void> {
  void process(int) override {}
};

int main(int argc, char** argv) {
  Session session{argc, argv};
  auto pipeline = EZ(Iter(std::views::iota(0, 500)), As(2, Resize{}), Enhance{}, Save{}).capacity(16);
  pipeline.watch(250ms).start();  // every quarter of a second; a summary at the end
  pipeline.join();
}
