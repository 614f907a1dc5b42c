// However a run ends, the host's shared memory is exactly as full afterwards as before.
// hosts: 5
// run: 1 4    compare: exact    seconds: 60
#include <mpyx/mpyx.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "channel/waiter.hpp"

using namespace mpyx;

struct Picture {
  int number = 0;
  Buffer<std::uint8_t> pixels;
  std::vector<Buffer<int>> notes;
  std::string text;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, pixels, notes, text);
  }
};

static Picture draw(int n) {
  Picture picture{n,
                  Buffer<std::uint8_t>(200'000),
                  {Buffer<int>(10), Buffer<int>(5000)},
                  std::string(static_cast<std::size_t>(n % 7 * 600), 'x')};
  std::ranges::fill(picture.pixels.mutate(), static_cast<std::uint8_t>(n));
  return picture;
}
static Picture keep(Picture picture) { return picture; }
static Picture change(Picture picture) {
  for (auto& value : picture.pixels.mutate()) ++value;
  return picture;
}
static bool even(const Picture& picture) { return picture.number % 2 == 0; }
static void swallow(Picture) {}
static Picture fail_at_30(Picture picture) {
  Buffer<int> scratch(100'000);
  if (picture.number == 30) throw std::runtime_error("cannot take 30");
  return picture;
}
struct Twice : F<Picture, Picture> {  // fails in the middle of an item, after its first put
  void process(Picture picture) override {
    put(picture);
    if (picture.number % 10 == 3) throw std::runtime_error("no second one");
    put(picture);
  }
};
struct Endless : F<void, Picture> {
  void setup() override {
    for (int n = 0; !stopped(); ++n) put(draw(n));
  }
};
struct Hoard : F<Picture, int> {  // keeps what it gets until teardown
  std::vector<Picture> all;
  void process(Picture picture) override { all.push_back(std::move(picture)); }
  void teardown() override { put(static_cast<int>(all.size())); }
  template <class Archive>
  void serialize(Archive&) {}
};

static std::size_t used_blocks() { return channel::process_domain()->arena.used_blocks(); }

/// What the session itself needs, before any run.
static std::size_t before = 0;

template <class Run>
static void check(const char* title, Run run) {
  run();
  // A rank tells that it has finished a moment before the run's own memory is given back.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (used_blocks() != before && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  std::cout << title << ": ";
  if (used_blocks() == before) {
    std::cout << "as before" << std::endl;
  } else {
    std::cout << before << " blocks before, " << used_blocks() << " after" << std::endl;
    before = used_blocks();
  }
}

template <class Run>
static void failing(Run run) {
  try {
    run();
    std::cout << "no error" << std::endl;
  } catch (const StageError&) {
  }
}

int main(int argc, char** argv) {
  Session session{argc, argv};
  before = used_blocks();
  const auto numbers = Iter(std::views::iota(0, 60));
  const auto wide = [](auto part) { return As(3, Map(part)); };

  check("all the way", [&] { EZ(numbers, draw, wide(keep), change).list(); });
  check("broadcast", [&] { EZ(numbers, draw, B(Map(change), Map(keep), Map(swallow), wide(change))).list(); });
  check("dropped by a filter", [&] { EZ(numbers, draw, Filter(even), keep).list(); });
  check("discarded by join", [&] { EZ(numbers, draw, keep).join(); });
  check("left early", [&] {
    for (const Picture& picture : EZ(Endless{}, wide(keep)).items()) {
      if (picture.number >= 20) break;
    }
  });
  check("stopped", [&] {
    auto pipeline = EZ(Endless{}, wide(change), B(Map(keep), Map(swallow)));
    pipeline.start();
    auto range = pipeline.items();
    auto item = range.begin();
    for (int i = 0; i < 20; ++i) ++item;
    pipeline.stop();
    pipeline.join();
  });
  check("stopped with full channels", [&] {
    auto pipeline = EZ(Endless{}, keep, keep);
    pipeline.capacity(5).start();
    auto range = pipeline.items();
    range.begin();
    pipeline.stop();
  });
  check("taken", [&] { EZ(Endless{}, wide(keep), Take{5}).list(); });
  check("exception in process", [&] { failing([&] { EZ(numbers, draw, B(Map(fail_at_30), Map(keep))).list(); }); });
  check("exception between puts", [&] { failing([&] { EZ(numbers, draw, wide(keep), Twice{}, keep).list(); }); });
  check("skipped items", [&] { EZ(numbers, draw, Twice{}, keep).on_error(skip).list(); });
  check("retried items",
        [&] { EZ(numbers, draw, Twice{}, keep).on_error([](const StageError&) { return Verdict::skip; }).list(); });
  check("hoarded", [&] { EZ(numbers, draw, Hoard{}).list(); });
  check("in order", [&] { EZ(numbers, draw, Seq(wide(change)), keep).list(); });
  check("user's exception in the loop", [&] {
    try {
      for (const Picture& picture : EZ(Endless{}, keep).items()) {
        if (picture.number == 10) throw std::runtime_error("enough");
      }
    } catch (const std::runtime_error&) {
    }
  });

  // 2,000 pictures of 6 MiB would be 12 GiB: the channels hold 64 MiB each, whatever the consumer's pace.
  std::size_t most = 0;
  auto large = [](int n) { return Picture{n, Buffer<std::uint8_t>(std::size_t{6} << 20), {}, {}}; };
  for (const Picture& picture : EZ(Iter(std::views::iota(0, 2000)), large, keep).items()) {
    if (picture.number % 100 == 50) most = std::max(most, channel::process_domain()->arena.used_bytes());
  }
  std::cout << "bounded " << (most < (std::size_t{250} << 20) ? "yes" : std::to_string(most)) << std::endl;
}
