#pragma once

#include <mpyx/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace imaging {

/// The samples of a picture, in the host's shared memory: from stage to stage they pass without a copy, and copies of a
/// picture share them until one is written to. The functions that are not const make them this picture's own first.
class Pixels {
 public:
  Pixels() = default;
  /// `size` samples with undefined content. Throws mpyx::Error when there is no room.
  explicit Pixels(std::size_t size) : samples_{size} {}
  explicit Pixels(std::span<const std::uint8_t> samples) : samples_{samples.size()} {
    std::ranges::copy(samples, data());
  }

  [[nodiscard]] std::size_t size() const { return samples_.size(); }
  [[nodiscard]] std::uint8_t* data() { return samples_.mutate().data(); }
  [[nodiscard]] const std::uint8_t* data() const { return samples_.view().data(); }
  [[nodiscard]] std::span<std::uint8_t> all() { return samples_.mutate(); }
  [[nodiscard]] std::span<const std::uint8_t> all() const { return samples_.view(); }

  bool operator==(const Pixels& other) const { return std::ranges::equal(all(), other.all()); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(samples_);
  }

 private:
  mpyx::Buffer<std::uint8_t> samples_;
};

}  // namespace imaging
