// How long one item is under way.   hop asleep|hot ITEMS PERIOD_NS [HOST HOST]
#include <mpyx/mpyx.hpp>

#include <thread>

#include "../bench.hpp"

using namespace mpyx;

namespace {

/// Puts the time, every so often: sleeping in between, or spinning.
struct Clocked : F<void, long> {
  long items = 0, period_ns = 0;
  bool hot = false;

  Clocked() = default;
  Clocked(long n, long ns, bool spins) : items{n}, period_ns{ns}, hot{spins} {}
  void setup() override {
    for (std::int64_t next = bench::now_ns(); items > 0; --items) {
      next = std::max(next, bench::now_ns()) + period_ns;
      if (hot) {
        bench::wait_until(next);
      } else {
        std::this_thread::sleep_until(bench::Clock::time_point{std::chrono::nanoseconds{next}});
      }
      put(bench::now_ns());
    }
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(items, period_ns, hot);
  }
};

/// Puts the median of how long items took to here, at the end.
struct Delay : F<long, long> {
  std::vector<long> all;
  void process(long sent) override { all.push_back(bench::now_ns() - sent); }
  void teardown() override { put(bench::median(all)); }
  template <class Archive>
  void serialize(Archive&) {}  // nothing has to travel
};

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  const Clocked source{bench::number(argc, argv, 2), bench::number(argc, argv, 3), bench::word(argc, argv, 1) == "hot"};
  const auto medians = argc > 5 ? EZ(S(source).on(argv[4]), S(Delay{}).on(argv[5])).list() : EZ(source, Delay{}).list();
  bench::report(static_cast<double>(medians.at(0)) / 1000, "us");
}
