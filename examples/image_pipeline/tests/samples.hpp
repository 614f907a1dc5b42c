#pragma once

#include "imaging/image.hpp"

#include <filesystem>
#include <string_view>

namespace samples {

using Bytes = std::vector<std::uint8_t>;

/// A picture with smooth parts, edges and, with 4 channels, every degree of transparency.
[[nodiscard]] imaging::Image picture(int width, int height, int channels, imaging::Format format);

/// A picture of one colour.
[[nodiscard]] imaging::Image plain(int width, int height, std::vector<std::uint8_t> color);

/// The kinds of files that the encoders of the program do not make.
[[nodiscard]] Bytes png_16_bit(int width, int height, std::uint16_t red, std::uint16_t green, std::uint16_t blue);
[[nodiscard]] Bytes png_palette(int width, int height,
                                bool interlaced);  ///< left half red, right half a see-through blue
[[nodiscard]] Bytes png_grey_alpha(int width, int height, std::uint8_t grey, std::uint8_t alpha);
[[nodiscard]] Bytes jpeg_cmyk(int width, int height, std::uint8_t cyan, std::uint8_t magenta, std::uint8_t yellow,
                              std::uint8_t black);
[[nodiscard]] Bytes jpeg_progressive(const imaging::Image& picture);

/// The body of an APP1 marker with an EXIF orientation, in Motorola (MM) or Intel (II) byte order.
[[nodiscard]] Bytes exif(std::uint8_t orientation, bool motorola);
/// A JPEG file with that marker put in behind its first two bytes.
[[nodiscard]] Bytes with_app1(const Bytes& jpeg, const Bytes& body);

/// The largest difference of two samples at the same place. Both must be of the same size.
[[nodiscard]] int largest_difference(const imaging::Image& a, const imaging::Image& b);
[[nodiscard]] double mean_difference(const imaging::Image& a, const imaging::Image& b);

[[nodiscard]] Bytes content(const std::filesystem::path& file);
void write(const std::filesystem::path& file, const Bytes& bytes);
void write(const std::filesystem::path& file, std::string_view text);

/// A folder that goes with its contents when the test ends.
class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  std::filesystem::path path_;
};

}  // namespace samples
