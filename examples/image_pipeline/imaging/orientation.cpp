#include "imaging/orientation.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace imaging {
namespace {

/// Reads numbers of a TIFF header, which may be of either byte order; every read is checked against the end.
class TiffReader {
 public:
  explicit TiffReader(std::span<const std::uint8_t> bytes)
      : bytes_{bytes}, big_endian_{!bytes.empty() && bytes[0] == 'M'} {}

  [[nodiscard]] std::optional<std::uint32_t> number(std::size_t at, std::size_t length) const {
    if (at > bytes_.size() || bytes_.size() - at < length) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < length; ++i) value = value << 8 | bytes_[at + (big_endian_ ? i : length - 1 - i)];
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  bool big_endian_;
};

}  // namespace

int exif_orientation(std::span<const std::uint8_t> app1) {
  constexpr std::array<std::uint8_t, 6> k_exif{'E', 'x', 'i', 'f', 0, 0};
  constexpr std::uint32_t k_orientation_tag = 0x0112;
  constexpr std::size_t k_entry_bytes = 12;
  constexpr std::size_t k_value_offset = 8;  // within an entry: tag 2, type 2, count 4, value 4
  if (app1.size() < k_exif.size() || !std::equal(k_exif.begin(), k_exif.end(), app1.begin())) return 1;
  const TiffReader tiff{app1.subspan(k_exif.size())};
  const auto directory = tiff.number(4, 4);
  if (!directory) return 1;
  const std::uint32_t entries = tiff.number(*directory, 2).value_or(0);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = std::size_t{*directory} + 2 + i * k_entry_bytes;
    const auto tag = tiff.number(entry, 2);
    if (!tag) break;
    if (*tag != k_orientation_tag) continue;
    const std::uint32_t value = tiff.number(entry + k_value_offset, 2).value_or(1);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

Image upright(Image stored, int orientation) {
  if (orientation <= 1 || orientation > 8) return stored;
  const Image& picture = stored;
  // Orientations 5 to 8 swap rows and columns; where the stored picture is read from for the first output pixel and
  // in which direction it is walked follows from the EXIF table (2 mirrors, 3 turns by 180 degrees, 6 by 90, 8 by 270).
  const bool swap = orientation >= 5;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const int width = swap ? picture.height : picture.width;
  const int height = swap ? picture.width : picture.height;
  Image turned{width, height, picture.channels, picture.format};
  for (int y = 0; y < height; ++y) {
    std::uint8_t* out = turned.row(y);
    for (int x = 0; x < width; ++x) {
      int from_x = swap ? y : x;
      int from_y = swap ? x : y;
      if (from_right) from_x = picture.width - 1 - from_x;
      if (from_bottom) from_y = picture.height - 1 - from_y;
      const std::uint8_t* in = picture.row(from_y) + static_cast<std::ptrdiff_t>(from_x) * picture.channels;
      out = std::copy_n(in, picture.channels, out);
    }
  }
  return turned;
}

}  // namespace imaging
