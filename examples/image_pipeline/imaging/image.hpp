#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "imaging/pixels.hpp"

namespace imaging {

/// The kind of file a picture came from, and so the kind it is saved as.
enum class Format : std::uint8_t { jpeg, png };

/// A picture in memory: rows from top to bottom without padding, 8 bits a channel, sRGB.
/// channels is 3 (red, green, blue) or 4 (and alpha, not premultiplied); only the encoders also take 1 (grey).
struct Image {
  int width = 0;
  int height = 0;
  int channels = 0;
  Format format = Format::jpeg;
  Pixels pixels;

  Image() = default;
  /// With undefined content.
  Image(int columns, int rows, int samples, Format kind)
      : width{columns},
        height{rows},
        channels{samples},
        format{kind},
        pixels(row_bytes() * static_cast<std::size_t>(rows)) {}

  [[nodiscard]] std::size_t row_bytes() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  }
  [[nodiscard]] std::size_t pixel_count() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  }
  [[nodiscard]] std::uint8_t* row(int y) { return pixels.data() + row_bytes() * static_cast<std::size_t>(y); }
  [[nodiscard]] const std::uint8_t* row(int y) const {
    return pixels.data() + row_bytes() * static_cast<std::size_t>(y);
  }

  bool operator==(const Image&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(width, height, channels, format, pixels);
  }
};

/// A sample from a computed value: clamped to 0 to 255 and rounded.
[[nodiscard]] inline std::uint8_t to_sample(float value) {
  const float above = std::clamp(value, 0.0F, 255.0F) + 0.5F;
  return static_cast<std::uint8_t>(above);
}

/// A file that is no picture, is damaged, or cannot be read. what() is the reason without the file's name.
struct ReadError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A file that could not be written. what() names the file, the reason and what to do.
struct SaveError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace imaging
