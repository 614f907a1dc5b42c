#pragma once

#include <mpyx/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace mpyx {

/// The shape of an array of pixels; its bytes lie row by row, the channels of a pixel side by side.
struct VideoShape {
  int height = 0;
  int width = 0;
  int channels = 3;  ///< 1: grey, 3: red, green and blue, 4: with transparency (alpha)

  /// Bytes of one picture; 0 when a side is not positive.
  std::size_t bytes() const noexcept {
    if (height <= 0 || width <= 0 || channels <= 0) return 0;
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  }
  friend bool operator==(const VideoShape&, const VideoShape&) = default;
};

/// One picture of a video. Passing it on within a host copies no pixels.
struct VideoFrame {
  VideoShape shape;
  Buffer<std::uint8_t> pixels;

  VideoFrame() = default;
  /// With pixels of undefined content.
  explicit VideoFrame(VideoShape of) : shape{of}, pixels(of.bytes()) {}
  VideoFrame(VideoShape of, Buffer<std::uint8_t> with) : shape{of}, pixels{std::move(with)} {}

  template <class Archive>
  void serialize(Archive& archive) {
    archive(shape, pixels);
  }
};

}  // namespace mpyx

/// In items written for Boost.Serialization.
namespace boost::serialization {

template <class Archive>
void serialize(Archive& archive, mpyx::VideoFrame& frame, unsigned) {
  archive& frame.shape.height& frame.shape.width& frame.shape.channels& frame.pixels;
}

}  // namespace boost::serialization
