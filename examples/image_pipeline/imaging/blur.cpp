#include "imaging/blur.hpp"

#include <algorithm>
#include <cmath>

namespace imaging {
namespace {

/// The right half of the bell, its middle first, so that the whole sums up to 1.
std::vector<float> half_kernel(double sigma) {
  const int radius = std::max(1, static_cast<int>(std::ceil(sigma * 3)));
  std::vector<double> bell;
  double sum = -1;  // the middle is counted twice below
  for (int i = 0; i <= radius; ++i) {
    bell.push_back(std::exp(-i * i / (2 * sigma * sigma)));
    sum += 2 * bell.back();
  }
  std::vector<float> kernel;
  for (const double weight : bell) kernel.push_back(static_cast<float>(weight / sum));
  return kernel;
}

void add_pair(float* out, const float* before, const float* after, float weight, int length) {
  for (int i = 0; i < length; ++i) out[i] += weight * (before[i] + after[i]);
}

void blur_rows(const Plane& in, const std::vector<float>& kernel, Plane& out) {
  const int radius = static_cast<int>(kernel.size()) - 1;
  std::vector<float> padded(static_cast<std::size_t>(in.width + 2 * radius));
  for (int y = 0; y < in.height; ++y) {
    const float* row = in.row(y);
    std::fill_n(padded.begin(), radius, row[0]);
    std::copy_n(row, in.width, padded.begin() + radius);
    std::fill_n(padded.end() - radius, radius, row[in.width - 1]);
    const float* middle = padded.data() + radius;
    float* target = out.row(y);
    std::transform(middle, middle + in.width, target, [&kernel](float value) { return value * kernel[0]; });
    for (int i = 1; i <= radius; ++i) {
      add_pair(target, middle - i, middle + i, kernel[static_cast<std::size_t>(i)], in.width);
    }
  }
}

void blur_columns(const Plane& in, const std::vector<float>& kernel, Plane& out) {
  const int radius = static_cast<int>(kernel.size()) - 1;
  for (int y = 0; y < in.height; ++y) {
    const float* row = in.row(y);
    float* target = out.row(y);
    std::transform(row, row + in.width, target, [&kernel](float value) { return value * kernel[0]; });
    for (int i = 1; i <= radius; ++i) {
      const float* above = in.row(std::max(0, y - i));
      const float* below = in.row(std::min(in.height - 1, y + i));
      add_pair(target, above, below, kernel[static_cast<std::size_t>(i)], in.width);
    }
  }
}

}  // namespace

Plane blur(const Plane& plane, double sigma) {
  const std::vector<float> kernel = half_kernel(sigma);
  Plane across{plane.width, plane.height};
  Plane both{plane.width, plane.height};
  blur_rows(plane, kernel, across);
  blur_columns(across, kernel, both);
  return both;
}

}  // namespace imaging
