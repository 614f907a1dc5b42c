// The same chain and farm in oneTBB, each at the best of its settings.   tbb pipeline|graph ITEMS [WORKERS STEPS]
#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include "../bench.hpp"

namespace tbb = oneapi::tbb;

namespace {

long work(long item, long steps) {
  bench::spin(static_cast<std::uint64_t>(steps));
  return item + 1;
}

double by_pipeline(long items, long workers, long steps, std::size_t tokens) {
  long next = 0;
  long seen = 0;
  const bench::Stopwatch watch;
  const auto source = [&](tbb::flow_control& control) {
    if (next == items) control.stop();
    return next++;
  };
  const auto middle = workers > 1 ? tbb::filter_mode::parallel : tbb::filter_mode::serial_in_order;
  tbb::parallel_pipeline(tokens,
                         tbb::make_filter<void, long>(tbb::filter_mode::serial_in_order, source) &
                             tbb::make_filter<long, long>(middle, [steps](long item) { return work(item, steps); }) &
                             tbb::make_filter<long, void>(tbb::filter_mode::serial_in_order, [&](long) { ++seen; }));
  if (seen != items) std::abort();
  return watch.seconds();
}

template <class Policy>
double by_graph(long items, long workers, long steps) {
  namespace flow = tbb::flow;
  long next = 0;
  long seen = 0;
  const bench::Stopwatch watch;
  flow::graph graph;
  flow::input_node<long> source{graph, [&](tbb::flow_control& control) {
                                  if (next == items) control.stop();
                                  return next++;
                                }};
  flow::limiter_node<long> limiter{graph, 1024};  // bounded, as the others are
  flow::function_node<long, long, Policy> middle{graph, static_cast<std::size_t>(workers),
                                                 [steps](long item) { return work(item, steps); }};
  flow::function_node<long, flow::continue_msg, Policy> sink{graph, flow::serial, [&](long) { ++seen; }};
  flow::make_edge(source, limiter);
  flow::make_edge(limiter, middle);
  flow::make_edge(middle, sink);
  flow::make_edge(sink, limiter.decrementer());
  source.activate();
  graph.wait_for_all();
  if (seen != items) std::abort();
  return watch.seconds();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = bench::word(argc, argv, 1);
  const long items = bench::number(argc, argv, 2);
  const long workers = bench::number(argc, argv, 3, 1);
  const long steps = bench::number(argc, argv, 4);
  double best = 1e9;
  if (what == "pipeline") {
    for (const std::size_t tokens : {4, 32, 256}) best = std::min(best, by_pipeline(items, workers, steps, tokens));
  } else if (what == "graph") {
    best = by_graph<tbb::flow::queueing>(items, workers, steps);
    if (steps == 0) best = std::min(best, by_graph<tbb::flow::queueing_lightweight>(items, workers, steps));
  } else {
    bench::wrong_case(argv[0]);
  }
  bench::report(static_cast<double>(items) / best, "items/s");
}
