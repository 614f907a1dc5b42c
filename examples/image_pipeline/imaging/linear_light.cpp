#include "imaging/linear_light.hpp"

#include <algorithm>
#include <cmath>

namespace imaging {
namespace {

/// The transfer curve of sRGB (IEC 61966-2-1) in both directions.
float to_linear(int value) {
  const double v = value / 255.0;
  return static_cast<float>(v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4));
}

std::uint8_t to_srgb(double linear) {
  const double v = linear <= 0.0031308 ? linear * 12.92 : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
  return static_cast<std::uint8_t>(std::lround(v * 255));
}

constexpr int k_linear_steps =
    65535;  // fine enough for the steep start of the curve: one step is 0.05 of 1 / 255 there

struct Curves {
  std::array<float, 256> linear{};
  std::vector<std::uint8_t> srgb;

  Curves() : srgb(k_linear_steps + 1) {
    for (int i = 0; i < 256; ++i) linear[static_cast<std::size_t>(i)] = to_linear(i);
    for (int i = 0; i <= k_linear_steps; ++i) srgb[static_cast<std::size_t>(i)] = to_srgb(i / double{k_linear_steps});
  }
};

const Curves& curves() {
  static const Curves the_curves;
  return the_curves;
}

}  // namespace

LinearRows::LinearRows(const Image& picture, int kept)
    : picture_{picture},
      held_(static_cast<std::size_t>(kept), -1),
      pixels_(static_cast<std::size_t>(kept) * static_cast<std::size_t>(picture.width)) {}

const LinearPixel* LinearRows::row(int y) {
  const std::size_t slot = static_cast<std::size_t>(y) % held_.size();
  LinearPixel* const out = pixels_.data() + slot * static_cast<std::size_t>(picture_.width);
  if (held_[slot] == y) return out;
  const auto& linear = curves().linear;
  const std::uint8_t* in = picture_.row(y);
  for (int x = 0; x < picture_.width; ++x, in += picture_.channels) {
    const float alpha = picture_.channels == 4 ? static_cast<float>(in[3]) / 255.0F : 1.0F;
    out[x] = {linear[in[0]] * alpha, linear[in[1]] * alpha, linear[in[2]] * alpha, alpha};
  }
  held_[slot] = y;
  return out;
}

void store_srgb(const LinearPixel& pixel, int channels, std::uint8_t* out) {
  const auto& srgb = curves().srgb;
  const float alpha = channels == 4 ? std::clamp(pixel[3], 0.0F, 1.0F) : 1.0F;
  const float scale = alpha > 0 ? k_linear_steps / alpha : 0.0F;
  for (std::size_t c = 0; c < 3; ++c) {
    const float value = std::clamp(pixel[c] * scale, 0.0F, static_cast<float>(k_linear_steps));
    out[c] = srgb[static_cast<std::size_t>(value + 0.5F)];
  }
  if (channels == 4) out[3] = to_sample(alpha * 255.0F);
}

}  // namespace imaging
