// Buffer: a large array in the host's shared memory. Passing it on copies nothing; writing copies only what somebody else has, too.
// run: 1 2 6    compare: sorted
#include <mpyx/mpyx.hpp>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <numeric>
#include <string>

using namespace mpyx;

struct Picture {
  int number = 0;
  Buffer<std::uint8_t> pixels;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, pixels);
  }
};

static Picture drawn(int number) {
  Picture picture{number, Buffer<std::uint8_t>(4 << 20)};  // 4 MiB, whose content is undefined so far
  std::ranges::fill(picture.pixels.mutate(), static_cast<std::uint8_t>(number));
  return picture;
}

static std::string name(const Picture& picture) { return "picture " + std::to_string(picture.number); }

/// Reads only: both branches of the broadcast see the same array.
static std::string measured(Picture picture) {
  const auto pixels = picture.pixels.view();
  return name(picture) + ": mean " + std::to_string(std::accumulate(pixels.begin(), pixels.end(), 0UL) / pixels.size());
}

/// Writes: mutate() gives this branch an array of its own first, as the other branch reads the old one.
static std::string brightened(Picture picture) {
  for (auto& pixel : picture.pixels.mutate()) pixel = static_cast<std::uint8_t>(pixel + 100);
  return name(picture) + ": brightened to " + std::to_string(picture.pixels.view().front());
}

int main(int argc, char** argv) {
  Session session{argc, argv};
  EZ(Iter{1, 2, 3}, drawn, B(measured, brightened), Print{}).join();

  Buffer<int> numbers(1000);
  std::ranges::fill(numbers.mutate(), 7);
  Buffer<int> copy = numbers;  // shares the array
  std::cout << "shared: " << (copy.view().data() == numbers.view().data()) << '\n';
  copy.mutate().front() = 8;  // no longer
  std::cout << "after a write: " << (copy.view().data() == numbers.view().data()) << ", " << numbers.view().front()
            << ' ' << copy.view().front() << '\n';
}
