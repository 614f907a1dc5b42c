#include "imaging/read.hpp"

#include <csetjmp>

#include <png.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace imaging {
namespace {

/// A libpng reader over bytes in memory whose errors become exceptions; see Decompressor in read_jpeg.cpp for the jump.
class PngReader {
 public:
  explicit PngReader(std::span<const std::uint8_t> file) : left_{file} {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &PngReader::fail, [](png_structp, png_const_charp) {});
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, &info_, nullptr);
      throw ReadError("libpng could not start: out of memory, or its version is not the one of the headers");
    }
  }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  png_structp png() { return png_; }
  png_infop info() { return info_; }

  /// `steps` may hold no object with a destructor.
  template <class Steps>
  void guarded(Steps steps) {
    if (setjmp(jump_) != 0) throw ReadError(std::string("it is damaged: ") + message_.data());
    steps();
  }

  static void supply(png_structp png, png_bytep into, std::size_t length) {
    auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
    if (self->left_.size() < length) png_error(png, "it ends too early");
    std::memcpy(into, self->left_.data(), length);
    self->left_ = self->left_.subspan(length);
  }

 private:
  [[noreturn]] static void fail(png_structp png, png_const_charp message) {
    auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
    std::strncpy(self->message_.data(), message, self->message_.size() - 1);
    std::longjmp(self->jump_, 1);
  }

  std::span<const std::uint8_t> left_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf jump_{};
  std::array<char, 200> message_{};
};

/// Deflate reaches 1,032 : 1 and a byte holds up to 8 pixels.
constexpr std::uint64_t k_png_pixels_per_byte = std::uint64_t{1032} * 8;

/// Whatever the file holds comes out as 8-bit RGB or RGBA.
void ask_for_rgb(png_structp png) {
  png_set_expand(png);  // palettes, 1 to 4 bit grey, transparent colours
  png_set_scale_16(png);
  png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
}

}  // namespace

Image decode_png(std::span<const std::uint8_t> file) {
  PngReader reader{file};
  png_structp png = reader.png();
  png_infop info = reader.info();
  reader.guarded([&reader, png, info] {
    png_set_read_fn(png, &reader, &PngReader::supply);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // check_size does it better
    png_read_info(png, info);
  });
  const std::uint32_t width = png_get_image_width(png, info);
  const std::uint32_t height = png_get_image_height(png, info);
  check_size(width, height, file.size(), k_png_pixels_per_byte);
  reader.guarded([png, info] {
    ask_for_rgb(png);
    png_read_update_info(png, info);
  });
  Image picture{static_cast<int>(width), static_cast<int>(height), png_get_channels(png, info), Format::png};
  std::vector<png_bytep> rows(height);
  for (std::uint32_t y = 0; y < height; ++y) rows[y] = picture.row(static_cast<int>(y));
  reader.guarded([png, info, &rows] {
    png_read_image(png, rows.data());
    png_read_end(png, info);
  });
  return picture;
}

}  // namespace imaging
