// Many stages, and none of them at work.   load busy STAGES ITEMS STEPS | idle STAGES MS | start | wide NODES | long NODES | memory NODES
#include <mpyx/mpyx.hpp>

#include <filesystem>
#include <fstream>
#include <thread>

#include "../bench.hpp"

using namespace mpyx;

namespace {

namespace fs = std::filesystem;

struct Numbers : F<void, long> {
  long count = 0, ms = 0;

  Numbers() = default;
  Numbers(long n, long wait_ms) : count{n}, ms{wait_ms} {}
  void setup() override {
    for (long i = 0; i < count; ++i) put(i);
    if (ms > 0) sleep(std::chrono::milliseconds{ms});
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(count, ms);
  }
};
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
long same(long item) { return item; }

/// Calls use(pid) for every process that runs this program.
template <class Use>
void for_each_rank(Use use) {
  std::error_code ignored;
  const auto self = fs::read_symlink("/proc/self/exe", ignored);
  for (const auto& entry : fs::directory_iterator{"/proc", ignored}) {
    if (fs::read_symlink(entry.path() / "exe", ignored) == self) use(entry.path());
  }
}

/// Seconds of processor time that all ranks have used.
double processor_seconds() {
  double sum = 0;
  for_each_rank([&](const fs::path& process) {
    std::error_code ignored;
    for (const auto& thread : fs::directory_iterator{process / "task", ignored}) {
      double ns = 0;
      std::ifstream{thread.path() / "schedstat"} >> ns;
      sum += ns / 1e9;
    }
  });
  return sum;
}

/// Bytes of memory that all ranks use, what they share counted once.
double memory_bytes() {
  double sum = 0;
  for_each_rank([&](const fs::path& process) {
    std::ifstream rollup{process / "smaps_rollup"};
    for (std::string line; std::getline(rollup, line);) {
      if (line.starts_with("Pss:")) sum += std::atof(line.c_str() + 4) * 1024;
    }
  });
  return sum;
}

/// Returns how long it takes, from building the graph to the end of join().
template <class Middle>
double in_a_row(long items, long ms, const Middle& middle) {
  const bench::Stopwatch watch;
  if (EZ(Numbers{items, ms}, middle, Count{}).list() != std::vector<long>{items}) std::abort();
  return watch.seconds();
}

auto row_of(long nodes) { return std::vector<long (*)(long)>(static_cast<std::size_t>(nodes), same); }

void idle(long stages, long ms) {
  auto pipeline = EZ(Numbers{1, ms}, S(row_of(stages)), Count{});
  pipeline.start();
  std::this_thread::sleep_for(std::chrono::milliseconds{ms / 4});
  const double before = processor_seconds();
  const bench::Stopwatch watch;
  std::this_thread::sleep_for(std::chrono::milliseconds{ms / 2});
  bench::report((processor_seconds() - before) / watch.seconds() * 100, "% of a core");
  pipeline.stop();
  pipeline.join();
}

void memory(long nodes) {
  const double before = memory_bytes();
  auto pipeline = EZ(Numbers{1, 100'000}, As(static_cast<std::size_t>(nodes), same), Count{});
  pipeline.start();
  std::this_thread::sleep_for(std::chrono::seconds{1});
  bench::report((memory_bytes() - before) / static_cast<double>(nodes) / 1024, "KiB");
  pipeline.stop();
  pipeline.join();
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  const std::string what = bench::word(argc, argv, 1);
  const long count = bench::number(argc, argv, 2);
  const auto copies = static_cast<std::size_t>(count);
  if (what == "busy") {
    const auto middle = As(copies, Map(work, bench::number(argc, argv, 4)));
    bench::report(in_a_row(bench::number(argc, argv, 3), 0, middle), "s");
  } else if (what == "idle") {
    idle(count, bench::number(argc, argv, 3));
  } else if (what == "start") {
    in_a_row(1, 0, same);
  } else if (what == "wide") {
    bench::report(in_a_row(1, 0, As(copies, same)), "s");
  } else if (what == "long") {
    bench::report(in_a_row(1, 0, S(row_of(count))), "s");
  } else if (what == "memory") {
    memory(count);
  } else {
    bench::wrong_case(argv[0]);
  }
}
