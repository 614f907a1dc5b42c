#pragma once

#include <vector>

namespace imaging {

/// One number for each pixel of a picture, such as its brightness.
struct Plane {
  int width = 0;
  int height = 0;
  std::vector<float> values;

  Plane(int columns, int rows)
      : width{columns}, height{rows}, values(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows)) {}
  [[nodiscard]] float* row(int y) {
    return values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
  [[nodiscard]] const float* row(int y) const {
    return values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
};

/// Gaussian blur; sigma in pixels. Beyond its border the plane goes on with its outermost values.
[[nodiscard]] Plane blur(const Plane& plane, double sigma);

}  // namespace imaging
