#include "imaging/save.hpp"

#include <csetjmp>

#include <png.h>

#include <array>
#include <cstring>
#include <string>

namespace imaging {
namespace {

/// The mirror image of PngReader in read_png.cpp.
class PngWriter {
 public:
  PngWriter() {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, &PngWriter::fail, [](png_structp, png_const_charp) {});
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_write_struct(&png_, &info_);
      throw SaveError("libpng could not start: out of memory, or its version is not the one of the headers");
    }
    png_set_write_fn(png_, this, &PngWriter::take, [](png_structp) {});
  }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;
  ~PngWriter() { png_destroy_write_struct(&png_, &info_); }

  png_structp png() { return png_; }
  png_infop info() { return info_; }
  [[nodiscard]] std::vector<std::uint8_t> bytes() { return std::move(bytes_); }

  /// `steps` may hold no object with a destructor.
  template <class Steps>
  void guarded(Steps steps) {
    if (setjmp(jump_) != 0) throw SaveError(std::string("libpng says: ") + message_.data());
    steps();
  }

 private:
  static void take(png_structp png, png_bytep data, std::size_t length) {
    auto* self = static_cast<PngWriter*>(png_get_io_ptr(png));
    bool taken = false;
    try {  // no exception may pass through libpng's C frames
      self->bytes_.insert(self->bytes_.end(), data, data + length);
      taken = true;
    } catch (const std::bad_alloc&) {
    }
    if (!taken) png_error(png, "out of memory");
  }

  [[noreturn]] static void fail(png_structp png, png_const_charp message) {
    auto* self = static_cast<PngWriter*>(png_get_error_ptr(png));
    std::strncpy(self->message_.data(), message, self->message_.size() - 1);
    std::longjmp(self->jump_, 1);
  }

  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf jump_{};
  std::array<char, 200> message_{};
  std::vector<std::uint8_t> bytes_;
};

int color_type(int channels) {
  if (channels == 1) return PNG_COLOR_TYPE_GRAY;
  return channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGB_ALPHA;
}

}  // namespace

std::vector<std::uint8_t> encode_png(const Image& picture) {
  PngWriter writer;
  png_structp png = writer.png();
  png_infop info = writer.info();
  std::vector<png_bytep> rows(static_cast<std::size_t>(picture.height));
  for (int y = 0; y < picture.height; ++y) {
    rows[static_cast<std::size_t>(y)] = const_cast<png_bytep>(picture.row(y));  // libpng only reads them
  }
  writer.guarded([png, info, &picture, &rows] {
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(png, info, static_cast<png_uint_32>(picture.width), static_cast<png_uint_32>(picture.height), 8,
                 color_type(picture.channels), PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_write_info(png, info);
    png_write_image(png, rows.data());
    png_write_end(png, info);
  });
  return writer.bytes();
}

}  // namespace imaging
