#include "imaging/enhance.hpp"

#include "imaging/blur.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace imaging {
namespace {

constexpr double k_clipped_share = 0.004;  // of the pixels, at either end
constexpr double k_most_gain = 1.6;        // a foggy picture stays a foggy picture

constexpr double k_wide_share = 0.012;  // sigma of the wide blur as a share of the longer side
constexpr float k_wide_amount = 0.25F;
constexpr double k_narrow_sigma = 1.0;  // in pixels
constexpr float k_narrow_amount = 0.6F;
constexpr float k_threshold = 2;  // of 255

/// Brightness of an sRGB pixel (Rec. 709 weights), 0 to 255.
float luma(const std::uint8_t* pixel) {
  return 0.2126F * static_cast<float>(pixel[0]) + 0.7152F * static_cast<float>(pixel[1]) +
         0.0722F * static_cast<float>(pixel[2]);
}

using Histogram = std::array<std::size_t, 256>;

Histogram histogram_of(const Image& picture) {
  Histogram histogram{};
  const auto step = static_cast<std::size_t>(picture.channels);
  const auto samples = picture.pixels.all();
  for (std::size_t at = 0; at < samples.size(); at += step) {
    const bool visible = step == 3 || samples[at + 3] >= 128;
    if (visible) ++histogram[to_sample(luma(&samples[at]))];
  }
  return histogram;
}

/// The value below which `share` of the pixels lie, counted from the front of [begin, end).
template <class Iterator>
int percentile(Iterator begin, Iterator end, std::size_t share) {
  std::size_t seen = 0;
  int value = 0;
  for (auto count = begin; count != end; ++count, ++value) {
    seen += *count;
    if (seen > share) return value;
  }
  return 0;
}

/// A table from old to new values of a channel.
std::array<std::uint8_t, 256> levels_of(const Image& picture) {
  const Histogram histogram = histogram_of(picture);
  std::size_t visible = 0;
  for (const std::size_t count : histogram) visible += count;
  const auto share = static_cast<std::size_t>(static_cast<double>(visible) * k_clipped_share);
  const double low = percentile(histogram.begin(), histogram.end(), share);
  const double high = 255 - percentile(histogram.rbegin(), histogram.rend(), share);
  const double range = std::max(high - low, 1.0);
  const double gain = std::clamp(255 / range, 1.0, k_most_gain);
  // With bounded gain the range cannot fill 0 to 255: its middle then keeps its place between the two ends.
  const double slack = 255 - range * gain;
  const double start = slack <= 0 ? 0 : slack * low / std::max(255 - range, 1.0);
  std::array<std::uint8_t, 256> table{};
  for (int i = 0; i < 256; ++i) {
    table[static_cast<std::size_t>(i)] = to_sample(static_cast<float>((i - low) * gain + start));
  }
  return table;
}

void stretch(Image& picture) {
  const auto table = levels_of(picture);
  const auto step = static_cast<std::size_t>(picture.channels);
  const auto samples = picture.pixels.all();
  for (std::size_t at = 0; at < samples.size(); at += step) {
    for (std::size_t c = 0; c < 3; ++c) samples[at + c] = table[samples[at + c]];
  }
}

Plane brightness_of(const Image& picture) {
  Plane plane{picture.width, picture.height};
  const std::uint8_t* pixel = picture.pixels.data();
  for (float& value : plane.values) {
    value = luma(pixel);
    pixel += picture.channels;
  }
  return plane;
}

/// What is added for a difference between a pixel and its surroundings: nothing for noise, and less than in proportion
/// for strong edges, which would get halos.
float detail(float difference) {
  const float strength = std::abs(difference);
  if (strength <= k_threshold) return 0;
  const float kept = (strength - k_threshold) / (1 + strength / 96);
  return std::copysign(kept, difference);
}

void sharpen(Image& picture) {
  const Plane brightness = brightness_of(picture);
  const double wide_sigma = std::max(2.0, k_wide_share * std::max(picture.width, picture.height));
  const Plane wide = blur(brightness, wide_sigma);
  const Plane narrow = blur(brightness, k_narrow_sigma);
  std::uint8_t* pixel = picture.pixels.data();
  for (std::size_t i = 0; i < brightness.values.size(); ++i, pixel += picture.channels) {
    const float value = brightness.values[i];
    const float added =
        k_wide_amount * detail(value - wide.values[i]) + k_narrow_amount * detail(value - narrow.values[i]);
    for (int c = 0; c < 3; ++c) pixel[c] = to_sample(static_cast<float>(pixel[c]) + added);
  }
}

}  // namespace

Image enhance(Image picture) {
  stretch(picture);
  sharpen(picture);
  return picture;
}

}  // namespace imaging
