#include "imaging/orientation.hpp"
#include "imaging/read.hpp"

#include <csetjmp>
#include <cstdio>  // jpeglib.h needs it first

#include <jpeglib.h>

#include <jerror.h>

#include <array>
#include <string>
#include <utility>

namespace imaging {
namespace {

/// A libjpeg decompressor whose errors become exceptions.
///
/// libjpeg reports errors by calling error_exit, which must not return. Throwing through its C frames is not
/// portable, so error_exit jumps back into guarded(), which throws from C++ code.
class Decompressor {
 public:
  Decompressor() {
    info_.err = jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = [](j_common_ptr info) { fail(info); };
    errors_.emit_message = [](j_common_ptr info, int level) {
      if (level < 0 && !is_harmless(info->err->msg_code)) fail(info);
    };
    errors_.output_message = [](j_common_ptr) {};
    guarded([this] { jpeg_create_decompress(&info_); });
  }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  ~Decompressor() { jpeg_destroy_decompress(&info_); }

  jpeg_decompress_struct& info() { return info_; }

  /// Calls `steps`; an error of libjpeg in it is thrown as ReadError. `steps` may hold no object with a destructor:
  /// the jump would pass over it.
  template <class Steps>
  void guarded(Steps steps) {
    if (setjmp(jump_) != 0) throw ReadError(std::string("it is damaged: ") + message_.data());
    steps();
  }

 private:
  /// Data that is cut or garbled comes as a warning too: libjpeg would fill the rest with grey. These do no harm.
  static bool is_harmless(int code) {
    return code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR ||
           code == JWRN_BOGUS_ICC;
  }

  [[noreturn]] static void fail(j_common_ptr info) {
    auto* self = static_cast<Decompressor*>(info->client_data);
    info->err->format_message(info, self->message_.data());
    std::longjmp(self->jump_, 1);
  }

  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf jump_{};
  std::array<char, JMSG_LENGTH_MAX> message_{};
};

/// Entropy coding needs about a bit for a block of 8 x 8 pixels at best; this leaves room for odd encoders.
constexpr std::uint64_t k_jpeg_pixels_per_byte = 4096;

int orientation_of(const jpeg_decompress_struct& info) {
  for (const jpeg_marker_struct* marker = info.marker_list; marker != nullptr; marker = marker->next) {
    if (marker->marker != JPEG_APP0 + 1) continue;
    const int orientation = exif_orientation({marker->data, marker->data_length});
    if (orientation != 1) return orientation;
  }
  return 1;
}

/// CMYK to RGB without a colour profile. Adobe's programs store the inks inverted.
void cmyk_to_rgb(const std::uint8_t* cmyk, int width, bool inverted, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
    const int black = inverted ? cmyk[3] : 255 - cmyk[3];
    for (int c = 0; c < 3; ++c) {
      const int ink = inverted ? cmyk[c] : 255 - cmyk[c];
      rgb[c] = static_cast<std::uint8_t>((ink * black + 127) / 255);
    }
  }
}

void read_rows(Decompressor& decompressor, Image& picture) {
  jpeg_decompress_struct& info = decompressor.info();
  const bool cmyk = info.out_color_space == JCS_CMYK;
  std::vector<std::uint8_t> inks(cmyk ? static_cast<std::size_t>(picture.width) * 4 : 0);
  decompressor.guarded([&info, &picture, &inks, cmyk] {
    while (info.output_scanline < info.output_height) {
      std::uint8_t* row = picture.row(static_cast<int>(info.output_scanline));
      JSAMPROW target = cmyk ? inks.data() : row;
      jpeg_read_scanlines(&info, &target, 1);
      if (cmyk) cmyk_to_rgb(inks.data(), picture.width, info.saw_Adobe_marker != 0, row);
    }
    jpeg_finish_decompress(&info);
  });
}

}  // namespace

Image decode_jpeg(std::span<const std::uint8_t> file) {
  Decompressor decompressor;
  jpeg_decompress_struct& info = decompressor.info();
  decompressor.guarded([&info, file] {
    jpeg_mem_src(&info, file.data(), static_cast<unsigned long>(file.size()));
    jpeg_save_markers(&info, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&info, TRUE);
  });
  check_size(info.image_width, info.image_height, file.size(), k_jpeg_pixels_per_byte);
  const int orientation = orientation_of(info);  // the markers go with jpeg_finish_decompress
  const bool inks = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  info.out_color_space = inks ? JCS_CMYK : JCS_RGB;
  info.dct_method = JDCT_ISLOW;  // the exact one, whose result does not depend on the processor
  decompressor.guarded([&info] { jpeg_start_decompress(&info); });
  Image picture{static_cast<int>(info.output_width), static_cast<int>(info.output_height), 3, Format::jpeg};
  read_rows(decompressor, picture);
  return upright(std::move(picture), orientation);
}

}  // namespace imaging
