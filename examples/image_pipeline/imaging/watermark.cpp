#include "imaging/watermark.hpp"

#include "imaging/blur.hpp"
#include "imaging/font.hpp"

#include <algorithm>
#include <cmath>

namespace imaging {
namespace {

constexpr double k_height_share = 0.04;
constexpr double k_widest_share = 0.9;
constexpr double k_least_dot = 0.9;  // pixels; smaller letters are specks
constexpr int k_samples = 6;         // coverage of a pixel is sampled at 6 x 6 points
constexpr float k_text_strength = 0.7F;
constexpr float k_shadow_strength = 0.6F;

/// The text's place in the picture: `dot` pixels for a dot of the font, with a margin in which the shadow fades.
struct Layout {
  double dot = 0;
  int margin = 0;
  int width = 0;
  int height = 0;
};

Layout layout_of(const Image& picture, std::string_view text) {
  const double dots = static_cast<double>(text.size()) * k_glyph_advance;
  Layout layout;
  layout.dot = std::min(std::min(picture.width, picture.height) * k_height_share / k_glyph_height,
                        picture.width * k_widest_share / std::max(dots, 1.0));
  layout.margin = static_cast<int>(std::ceil(layout.dot * 3));
  layout.width = static_cast<int>(std::ceil(dots * layout.dot)) + 2 * layout.margin;
  layout.height = static_cast<int>(std::ceil(k_glyph_height * layout.dot)) + 2 * layout.margin;
  return layout;
}

bool fits(const Layout& layout, const Image& picture) {
  return layout.dot >= k_least_dot && layout.width <= picture.width && layout.height <= picture.height;
}

/// How much of each pixel the letters cover, 0 to 1.
Plane coverage_of(std::string_view text, const Layout& layout) {
  Plane plane{layout.width, layout.height};
  const auto dot_at = [&layout](int pixel, int sample) {
    return static_cast<int>(std::floor((pixel - layout.margin + (sample + 0.5) / k_samples) / layout.dot));
  };
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      int hits = 0;
      for (int sample = 0; sample < k_samples * k_samples; ++sample) {
        hits += dot_of(text, dot_at(x, sample % k_samples), dot_at(y, sample / k_samples)) ? 1 : 0;
      }
      plane.row(y)[x] = static_cast<float>(hits) / (k_samples * k_samples);
    }
  }
  return plane;
}

/// Lays grey (0 black, 255 white) of the given opacity over a pixel.
void lay_over(std::uint8_t* pixel, int channels, float grey, float opacity) {
  const float below = channels == 4 ? static_cast<float>(pixel[3]) / 255.0F : 1.0F;
  const float alpha = opacity + below * (1 - opacity);
  if (alpha <= 0) return;
  for (int c = 0; c < 3; ++c) {
    const float mixed = (grey * opacity + static_cast<float>(pixel[c]) * below * (1 - opacity)) / alpha;
    pixel[c] = to_sample(mixed);
  }
  if (channels == 4) pixel[3] = to_sample(alpha * 255.0F);
}

}  // namespace

Image watermark(Image picture, std::string_view text) {
  const Layout layout = layout_of(picture, text);
  if (text.empty() || !fits(layout, picture)) return picture;
  const Plane letters = coverage_of(text, layout);
  const Plane shadow = blur(letters, layout.dot);
  const int left = picture.width - layout.width;
  const int top = picture.height - layout.height;
  for (int y = 0; y < layout.height; ++y) {
    std::uint8_t* pixel = picture.row(top + y) + static_cast<std::ptrdiff_t>(left) * picture.channels;
    for (int x = 0; x < layout.width; ++x, pixel += picture.channels) {
      lay_over(pixel, picture.channels, 0, shadow.row(y)[x] * k_shadow_strength);
      lay_over(pixel, picture.channels, 255, letters.row(y)[x] * k_text_strength);
    }
  }
  return picture;
}

}  // namespace imaging
