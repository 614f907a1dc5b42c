// A lone item reaches an idle host, and an answer comes back, without waiting for the end of anybody's sleep.
// hosts: 4
// run: 1 3    compare: exact
#include <mpyx/mpyx.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>
#include <vector>

using namespace mpyx;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int rounds = 60;
constexpr std::chrono::milliseconds park{10};     // the longest of an idle courier that nobody wakes
constexpr std::chrono::milliseconds silence{25};  // after it all couriers take such parks

/// Puts an item when nothing has moved for a while and waits for the answer; at the end, the median of how long that took.
struct Asks : F<void, int> {
  Queue<int> answers;
  Queue<long> median;
  Asks() = default;
  Asks(Queue<int> a, Queue<long> m) : answers{a}, median{m} {}
  void setup() override {
    std::vector<long> took;
    for (int i = 0; i < rounds; ++i) {
      std::this_thread::sleep_for(silence);
      const auto begin = Clock::now();
      put(i);
      answers.get();
      took.push_back(static_cast<long>(std::chrono::nanoseconds{Clock::now() - begin}.count()));
    }
    std::nth_element(took.begin(), took.begin() + rounds / 2, took.end());
    median.put(took[rounds / 2]);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(answers, median);
  }
};

struct Answers : F<int, void> {
  Queue<int> answers;
  Answers() = default;
  explicit Answers(Queue<int> a) : answers{a} {}
  void process(int item) override { answers.put(item); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(answers);
  }
};

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  const int other = std::min(session.hosts(), 2) - 1;
  Queue<int> answers;
  Queue<long> median;
  EZ(stage(Asks{answers, median}).on(Host{0}), stage(Answers{answers}).on(Host{other})).start().join();
  const std::chrono::nanoseconds took{median.get()};
  std::cout << "there and back takes less than half a park: " << (took < park / 2 ? "yes" : "no") << std::endl;
  if (took >= park / 2) std::cerr << "median: " << took.count() / 1000 << " us" << std::endl;
}
