// Items through a chain and through farms.   flow chain ITEMS | farm ITEMS STEPS | skew ITEMS STEPS
#include <mpyx/mpyx.hpp>

#include "../bench.hpp"

using namespace mpyx;

namespace {

struct Numbers : F<void, long> {
  long count = 0;

  Numbers() = default;
  explicit Numbers(long n) : count{n} {}
  void setup() override {
    for (long i = 0; i < count; ++i) put(i);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(count);
  }
};

/// Puts how many came, at the end.
struct Count : F<long, long> {
  long seen = 0;
  void process(long) override { ++seen; }
  void teardown() override { put(seen); }
  template <class Archive>
  void serialize(Archive&) {}  // nothing has to travel
};

long work(long item, long steps) {
  bench::spin(static_cast<std::uint64_t>(steps));
  return item;
}
long skewed_work(long item, long steps) {
  bench::spin(bench::skewed(item, static_cast<std::uint64_t>(steps)));
  return item;
}

template <class Middle>
double seconds(long items, const Middle& middle) {
  auto pipeline = EZ(Numbers{items}, middle, Count{});
  const bench::Stopwatch watch;
  const auto counted = pipeline.list();
  const double took = watch.seconds();
  if (counted != std::vector<long>{items}) std::abort();
  return took;
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  const std::string what = bench::word(argc, argv, 1);
  const long items = bench::number(argc, argv, 2);
  const long steps = bench::number(argc, argv, 3);
  const auto rate = [&](double took) { bench::report(static_cast<double>(items) / took, "items/s"); };
  if (what == "chain") {
    rate(seconds(items, [](long x) { return x + 1; }));
  } else if (what == "farm") {
    rate(seconds(items, As(2, Map(work, steps))));
  } else if (what == "skew") {
    bench::report(seconds(items, As(2, Map(skewed_work, steps))), "s");
  } else {
    bench::wrong_case(argv[0]);
  }
}
