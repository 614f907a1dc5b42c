// Buffers: through five stages, and from one host to another.
//   frames pass|touch BYTES COUNT | across BYTES COUNT HOST HOST
#include <mpyx/mpyx.hpp>

#include <cstring>

#include "../bench.hpp"

using namespace mpyx;

namespace {

using Frame = Buffer<unsigned char>;

/// Puts new frames, of which it writes every byte; or, so that there is nothing but hops, one frame again and again.
struct Frames : F<void, Frame> {
  long bytes = 0, count = 0;
  bool writes = false;

  Frames() = default;
  Frames(long size, long n, bool touches) : bytes{size}, count{n}, writes{touches} {}
  void setup() override {
    const Frame same{static_cast<std::size_t>(bytes)};
    for (long i = 0; i < count; ++i) writes ? put(written(i)) : put(same);
  }
  Frame written(long number) const {
    Frame frame{static_cast<std::size_t>(bytes)};
    std::memset(frame.mutate().data(), static_cast<int>(number), frame.size());
    return frame;
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bytes, count, writes);
  }
};

Frame pass(Frame frame) { return frame; }
Frame touch(Frame frame) {
  for (auto& byte : frame.mutate()) byte = static_cast<unsigned char>(byte + 1);
  return frame;
}
unsigned first(Frame frame) { return frame.view()[0]; }
unsigned sum(Frame frame) {
  unsigned total = 0;
  for (const auto byte : frame.view()) total += byte;
  return total;
}

/// Puts how many came, at the end.
struct Count : F<unsigned, long> {
  long seen = 0;
  void process(unsigned) override { ++seen; }
  void teardown() override { put(seen); }
  template <class Archive>
  void serialize(Archive&) {}  // nothing has to travel
};

template <class Pipeline>
double rate(Pipeline pipeline, long count) {
  const bench::Stopwatch watch;
  if (pipeline.list() != std::vector<long>{count}) std::abort();
  return static_cast<double>(count) / watch.seconds();
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  const std::string what = bench::word(argc, argv, 1);
  const long bytes = bench::number(argc, argv, 2);
  const long count = bench::number(argc, argv, 3);
  const Frames source{bytes, count, what != "pass"};
  constexpr std::size_t waiting = 64;
  const std::size_t all = (waiting + 1) * static_cast<std::size_t>(bytes);  // so many may wait, however large
  if (what == "pass") {
    bench::report(4 * rate(EZ(source, pass, pass, pass, first, Count{}).capacity(waiting, all), count), "hops/s");
  } else if (what == "touch") {
    bench::report(rate(EZ(source, touch, touch, touch, sum, Count{}).capacity(waiting), count), "frames/s");
  } else if (what == "across") {
    const auto sink = S(sum, Count{}).on(bench::word(argc, argv, 5));
    bench::report(rate(EZ(S(source).on(bench::word(argc, argv, 4)), sink), count), "items/s");
  } else {
    bench::wrong_case(argv[0]);
  }
}
