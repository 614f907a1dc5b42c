#pragma once

#include <mpyx/mpyx.hpp>

#include <numeric>
#include <string>
#include <vector>

namespace pictures {

/// Items with large arrays.
struct Picture {
  int number = 0;
  std::string name;
  mpyx::Buffer<std::uint32_t> pixels, mask;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, name, pixels, mask);
  }
};
inline const std::vector<std::size_t> sizes{0, 10, 1000, 100'000, 6'000'000};  // of Buffers: up to 24 MB and 12 MB

struct Paints : mpyx::F<void, long> {
  mpyx::Queue<Picture> pictures;
  Paints() = default;
  explicit Paints(mpyx::Queue<Picture> to) : pictures{to} {}
  void setup() override {
    for (const std::size_t size : sizes) {
      Picture picture;
      picture.number = static_cast<int>(size);
      picture.name = std::string(size / 10, 'p');
      picture.pixels = mpyx::Buffer<std::uint32_t>(size);
      picture.mask = mpyx::Buffer<std::uint32_t>(size / 2);
      std::iota(picture.pixels.mutate().begin(), picture.pixels.mutate().end(), 1U);
      std::iota(picture.mask.mutate().begin(), picture.mask.mutate().end(), 2U);
      pictures.put(picture);
    }
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(pictures);
  }
};
struct Views : mpyx::F<void, long> {
  mpyx::Queue<Picture> pictures;
  Views() = default;
  explicit Views(mpyx::Queue<Picture> from) : pictures{from} {}
  long good = 0;
  void setup() override {
    for (;;) {
      const Picture picture = pictures.get();
      const auto size = static_cast<std::size_t>(picture.number);
      bool same = picture.pixels.size() == size && picture.mask.size() == size / 2 && picture.name.size() == size / 10;
      for (std::size_t i = 0; same && i < size; ++i) same = picture.pixels.view()[i] == i + 1;
      for (std::size_t i = 0; same && i < size / 2; ++i) same = picture.mask.view()[i] == i + 2;
      if (same) ++good;
    }
  }
  void teardown() override { put(good); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(pictures);
  }
};

}  // namespace pictures
