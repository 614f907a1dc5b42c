#pragma once

#include "imaging/image.hpp"

#include <array>
#include <vector>

namespace imaging {

/// One pixel in linear light: red, green and blue multiplied by alpha, then alpha; each from 0 to 1. Averages of these
/// are what a lens would see; averages of sRGB values are too dark, and of unmultiplied ones let the colour of
/// invisible pixels shine through.
using LinearPixel = std::array<float, 4>;

/// The rows of a picture in linear light, converted when first asked for. Only the last `kept` rows are held, so a
/// picture of any height needs little memory. Not thread-safe; the picture must outlive it.
class LinearRows {
 public:
  LinearRows(const Image& picture, int kept);

  /// Row y. Valid until row y + kept is asked for.
  [[nodiscard]] const LinearPixel* row(int y);

 private:
  const Image& picture_;
  std::vector<int> held_;  // which row each slot holds, -1 for none
  std::vector<LinearPixel> pixels_;
};

/// Writes a pixel back as sRGB with `channels` (3 or 4) samples. What a filter has driven out of range is clamped.
void store_srgb(const LinearPixel& pixel, int channels, std::uint8_t* out);

}  // namespace imaging
