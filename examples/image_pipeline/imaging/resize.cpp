#include "imaging/resize.hpp"

#include "imaging/linear_light.hpp"

#include <math.h>  // j1() is POSIX, not C++
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace imaging {
namespace {

// The first and the third zero of jinc(r) = 2 J1(pi r) / (pi r): the window's width and the filter's radius.
constexpr double k_first_zero = 1.2196698912665045;
constexpr double k_radius = 3.2383154841662362;
constexpr float k_radius_squared = static_cast<float>(k_radius * k_radius);

double jinc(double r) {
  const double x = std::numbers::pi * r;
  return x < 1e-9 ? 1.0 : 2 * ::j1(x) / x;
}

/// The filter's weight by the square of the distance, which spares a root for each weight.
class Weights {
 public:
  Weights() : table_(k_steps + 1) {
    for (int i = 0; i < k_steps; ++i) {  // the last one stays 0, for whatever lies further away
      const double r = std::sqrt((i + 0.5) / static_cast<double>(k_per_unit));
      table_[static_cast<std::size_t>(i)] =
          r < k_radius ? static_cast<float>(jinc(r) * jinc(r * k_first_zero / k_radius)) : 0;
    }
  }
  [[nodiscard]] float at(float distance_squared) const {
    return table_[static_cast<std::size_t>(std::min(static_cast<int>(distance_squared * k_per_unit), k_steps))];
  }

 private:
  static constexpr float k_per_unit = 400;
  static constexpr int k_steps = static_cast<int>(k_radius_squared * k_per_unit) + 1;
  std::vector<float> table_;
};

const Weights& the_weights() {
  static const Weights weights;
  return weights;
}

/// A place between input pixels, in two parts so that a float is exact enough in pictures of any width.
struct Centre {
  int pixel;
  float offset;  // 0 to 1
};

/// One axis of the mapping from output to input pixels.
struct Axis {
  int input;
  int output;
  float scale;  // input pixels for one output pixel, at least 1
  float unit;   // its inverse

  Axis(int from, int to)
      : input{from}, output{to}, scale{static_cast<float>(from) / static_cast<float>(to)}, unit{1 / scale} {}
  [[nodiscard]] Centre centre(int place_in_output) const {
    const double place = std::max(0.0, (place_in_output + 0.5) * input / output - 0.5);
    const int pixel = static_cast<int>(place);
    return {pixel, static_cast<float>(place - pixel)};
  }
  /// The input pixels within `reach` of a centre: from first to last.
  [[nodiscard]] int first(Centre centre, float reach) const {
    return std::max(0, centre.pixel - static_cast<int>(reach - centre.offset));
  }
  [[nodiscard]] int last(Centre centre, float reach) const {
    return std::min(input - 1, centre.pixel + static_cast<int>(centre.offset + reach));
  }
  /// From a centre to a pixel, in output pixels.
  [[nodiscard]] float distance(Centre centre, int pixel) const {
    return (static_cast<float>(pixel - centre.pixel) - centre.offset) * unit;
  }
  [[nodiscard]] int most_in_reach() const { return static_cast<int>(2 * static_cast<float>(k_radius) * scale) + 2; }
};

class Resampler {
 public:
  Resampler(const Image& picture, int width, int height)
      : across_{picture.width, width},
        down_{picture.height, height},
        rows_{picture, std::min(picture.height, down_.most_in_reach())} {}

  /// Row y of the output; each of its pixels is the weighted mean of the input pixels in the ellipse around it. At the
  /// picture's border the ellipse is cut and its weights are scaled up.
  void write_row(int y, Image& out) {
    slice(down_.centre(y));
    std::uint8_t* target = out.row(y);
    for (int x = 0; x < out.width; ++x, target += out.channels) {
      store_srgb(pixel(across_.centre(x)), out.channels, target);
    }
  }

 private:
  /// Where an input row cuts the ellipse.
  struct Chord {
    const LinearPixel* row;
    float dy_squared;
    float reach;  // half of its length, in input pixels
  };

  void slice(Centre centre) {
    chords_.clear();
    const float radius = static_cast<float>(k_radius) * down_.scale;
    const int last = down_.last(centre, radius);
    for (int row = down_.first(centre, radius); row <= last; ++row) {
      const float dy = down_.distance(centre, row);
      const float left = k_radius_squared - dy * dy;
      if (left > 0) chords_.push_back({rows_.row(row), dy * dy, std::sqrt(left) * across_.scale});
    }
  }

  [[nodiscard]] LinearPixel pixel(Centre centre) const {
    float red = 0, green = 0, blue = 0, alpha = 0, weights = 0;  // apart, so that they stay in registers
    for (const Chord& chord : chords_) {
      const int last = across_.last(centre, chord.reach);
      for (int column = across_.first(centre, chord.reach); column <= last; ++column) {
        const float dx = across_.distance(centre, column);
        const float weight = weights_.at(dx * dx + chord.dy_squared);
        const LinearPixel& in = chord.row[column];
        red += weight * in[0];
        green += weight * in[1];
        blue += weight * in[2];
        alpha += weight * in[3];
        weights += weight;
      }
    }
    return {red / weights, green / weights, blue / weights, alpha / weights};
  }

  Axis across_;
  Axis down_;
  LinearRows rows_;
  std::vector<Chord> chords_;
  const Weights& weights_ = the_weights();
};

}  // namespace

Image resize(const Image& picture, int width) {
  if (picture.width <= width) return picture;
  const double ratio = static_cast<double>(width) / picture.width;
  const int height = std::max(1, static_cast<int>(std::lround(picture.height * ratio)));
  Image out{width, height, picture.channels, picture.format};
  Resampler resampler{picture, width, height};
  for (int y = 0; y < height; ++y) resampler.write_row(y, out);
  return out;
}

}  // namespace imaging
