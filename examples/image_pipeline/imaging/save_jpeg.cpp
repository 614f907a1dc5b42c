#include "imaging/save.hpp"

#include <csetjmp>
#include <cstdio>  // jpeglib.h needs it first
#include <cstdlib>

#include <jpeglib.h>

#include <array>
#include <string>

namespace imaging {
namespace {

/// The mirror image of Decompressor in read_jpeg.cpp; it also owns the memory that libjpeg writes into.
class Compressor {
 public:
  Compressor() {
    info_.err = jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = [](j_common_ptr info) {
      auto* self = static_cast<Compressor*>(info->client_data);
      info->err->format_message(info, self->message_.data());
      std::longjmp(self->jump_, 1);
    };
    errors_.output_message = [](j_common_ptr) {};
    guarded([this] {
      jpeg_create_compress(&info_);
      jpeg_mem_dest(&info_, &bytes_, &length_);
    });
  }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  ~Compressor() {
    jpeg_destroy_compress(&info_);
    std::free(bytes_);
  }

  jpeg_compress_struct& info() { return info_; }
  [[nodiscard]] std::vector<std::uint8_t> bytes() const { return {bytes_, bytes_ + length_}; }

  /// `steps` may hold no object with a destructor.
  template <class Steps>
  void guarded(Steps steps) {
    if (setjmp(jump_) != 0) throw SaveError(std::string("libjpeg says: ") + message_.data());
    steps();
  }

 private:
  jpeg_compress_struct info_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf jump_{};
  std::array<char, JMSG_LENGTH_MAX> message_{};
  unsigned char* bytes_ = nullptr;  // allocated by libjpeg with malloc
  unsigned long length_ = 0;
};

J_COLOR_SPACE color_space(int channels) {
  if (channels == 1) return JCS_GRAYSCALE;
  return channels == 3 ? JCS_RGB : JCS_EXT_RGBX;  // JPEG has no alpha: it is left out
}

}  // namespace

std::vector<std::uint8_t> encode_jpeg(const Image& picture, int quality) {
  Compressor compressor;
  jpeg_compress_struct& info = compressor.info();
  info.image_width = static_cast<JDIMENSION>(picture.width);
  info.image_height = static_cast<JDIMENSION>(picture.height);
  info.input_components = picture.channels;
  info.in_color_space = color_space(picture.channels);
  compressor.guarded([&info, &picture, quality] {
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    info.optimize_coding = TRUE;
    info.dct_method = JDCT_ISLOW;
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
      JSAMPROW row = const_cast<JSAMPROW>(picture.row(static_cast<int>(info.next_scanline)));  // libjpeg only reads it
      jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
  });
  return compressor.bytes();
}

}  // namespace imaging
