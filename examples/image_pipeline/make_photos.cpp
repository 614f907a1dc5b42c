// Makes pictures to try image_pipeline with where there are no photographs: hills under a sky, of many sizes and kinds.
// The same number gives the same pictures on every machine.

#include "imaging/save.hpp"

#include <CLI/CLI.hpp>
#include <mpyx/session.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <random>

namespace {

using imaging::Format;
using imaging::Image;

struct Kind {
  Format format;
  int channels;
};
constexpr std::array k_kinds{Kind{Format::jpeg, 3}, Kind{Format::png, 3}, Kind{Format::jpeg, 3},
                             Kind{Format::jpeg, 1}, Kind{Format::png, 4}, Kind{Format::png, 1}};

struct Size {
  int width, height;
};
constexpr std::array k_sizes{Size{3000, 2000}, Size{1921, 1081}, Size{4032, 3024}, Size{1000, 1777}, Size{2560, 1600},
                             Size{333, 777},   Size{3840, 2160}, Size{1, 1},       Size{1281, 17},   Size{2000, 1999}};

using Color = std::array<double, 3>;

Color mix(const Color& a, const Color& b, double share) {
  return {a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share};
}

/// A landscape as seen in pictures of one width.
class Scene {
 public:
  Scene(unsigned seed, int width) : random_{seed} {
    for (double& phase : phases_) phase = number(0, 6.28);
    horizon_ = number(0.35, 0.65);
    sun_ = {number(0.1, 0.9), number(0.1, horizon_ - 0.1)};
    sky_ = {number(40, 120), number(90, 170), number(170, 250)};
    earth_ = {number(40, 110), number(70, 140), number(20, 70)};
    for (int column = 0; column < width; ++column) columns_.push_back(column_at((column + 0.5) / width));
  }

  /// The colour in a column of pixels at height y, from 0 at the top to 1.
  [[nodiscard]] Color color(int column, double y) {
    const auto& [x, ridges, ripple] = columns_[static_cast<std::size_t>(column)];
    Color seen = mix(sky_, {250, 240, 225}, std::min(1.0, y / horizon_));
    const double to_sun = std::hypot(x - sun_[0], y - sun_[1]);
    seen = mix(seen, {255, 244, 200}, std::exp(-to_sun * to_sun * 90));
    int layer = k_layers;  // the nearest ridge that is higher than this place
    while (layer > 0 && y < ridges[static_cast<std::size_t>(layer - 1)]) --layer;
    if (layer > 0) seen = mix({170, 185, 200}, earth_, layer / double{k_layers});
    const double grass = 5 * layer * ripple * std::sin(y * 700 + layer);
    for (double& value : seen) value += grass;
    const double grain = number(-4, 4);
    for (double& value : seen) value += grain;
    return seen;
  }

 private:
  double number(double from, double to) {  // not std::uniform_real_distribution, which differs between libraries
    return from + (to - from) * static_cast<double>(random_()) / static_cast<double>(std::mt19937::max());
  }

  static constexpr int k_layers = 4;

  struct Column {
    double x;
    std::array<double, k_layers> ridges;  // where the hills of each layer begin
    double ripple;
  };

  [[nodiscard]] Column column_at(double x) const {
    Column column{x, {}, std::sin(x * 900)};
    for (std::size_t layer = 0; layer < k_layers; ++layer) {
      double& height = column.ridges[layer];
      height = horizon_ + 0.12 * static_cast<double>(layer);
      for (int octave = 1; octave <= 32; octave *= 2) {
        height += 0.06 / octave * std::sin(octave * (5 * x + phases_[layer]) + phases_[layer]);
      }
    }
    return column;
  }

  std::mt19937 random_;
  std::array<double, k_layers> phases_{};
  std::vector<Column> columns_;
  double horizon_ = 0;
  std::array<double, 2> sun_{};
  Color sky_{};
  Color earth_{};
};

std::uint8_t to_byte(double value) { return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0)); }

Image paint(unsigned number, Size size, Kind kind) {
  Image picture{size.width, size.height, kind.channels, kind.format};
  Scene scene{number, size.width};
  for (int y = 0; y < size.height; ++y) {
    std::uint8_t* pixel = picture.row(y);
    for (int x = 0; x < size.width; ++x, pixel += kind.channels) {
      const double right = (x + 0.5) / size.width;
      const double down = (y + 0.5) / size.height;
      const Color color = scene.color(x, down);
      if (kind.channels == 1) {
        *pixel = to_byte((color[0] + color[1] + color[2]) / 3);
        continue;
      }
      for (std::size_t c = 0; c < 3; ++c) pixel[c] = to_byte(color[c]);
      if (kind.channels == 4) pixel[3] = to_byte(900 * (0.5 - std::hypot(right - 0.5, down - 0.5)));
    }
  }
  return picture;
}

void make(const std::filesystem::path& folder, unsigned number) {
  const Kind kind = k_kinds[number % k_kinds.size()];
  char name[32];
  std::snprintf(name, sizeof name, "photo_%04u.%s", number, kind.format == Format::png ? "png" : "jpg");
  imaging::save_image(paint(number, k_sizes[number % k_sizes.size()], kind), folder / name, 92);
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int k_usage_error = 2;
  constexpr int k_environment = 3;
  mpyx::Session session{argc, argv};  // pictures are in its shared memory
  std::string folder;
  unsigned count = 0;
  CLI::App app{"Makes N pictures, JPEG and PNG, of many sizes and kinds, to try image_pipeline with.", "make_photos"};
  app.add_option("DIR", folder, "Folder to put them into; made if absent")->required();
  app.add_option("N", count, "How many")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : k_usage_error;
  }
  try {
    std::filesystem::create_directories(folder);
    for (unsigned number = 0; number < count; ++number) make(folder, number);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return k_environment;
  }
}
