#include "samples.hpp"

#include <cstdio>  // jpeglib.h needs it first

#include <jpeglib.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace samples {
namespace {

using imaging::Image;

/// Errors of these writers end the test program, which is what libjpeg and libpng do of themselves.
class PngFile {
 public:
  PngFile(int width, int height, int depth, int color, bool interlaced) : height_{height} {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    info_ = png_create_info_struct(png_);
    png_set_write_fn(
        png_, &bytes_,
        [](png_structp png, png_bytep data, std::size_t length) {
          auto* bytes = static_cast<Bytes*>(png_get_io_ptr(png));
          bytes->insert(bytes->end(), data, data + length);
        },
        nullptr);
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), depth, color,
                 interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
  }
  PngFile(const PngFile&) = delete;
  PngFile& operator=(const PngFile&) = delete;
  ~PngFile() { png_destroy_write_struct(&png_, &info_); }

  png_structp png() { return png_; }
  png_infop info() { return info_; }

  /// All rows of the picture are alike.
  Bytes write(Bytes row) {
    png_write_info(png_, info_);
    std::vector<png_bytep> rows(static_cast<std::size_t>(height_), row.data());
    png_write_image(png_, rows.data());
    png_write_end(png_, info_);
    return bytes_;
  }

 private:
  int height_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  Bytes bytes_;
};

Bytes jpeg(int width, int height, J_COLOR_SPACE space, int channels, std::span<const std::uint8_t> pixels,
           bool progressive) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long length = 0;
  jpeg_mem_dest(&info, &memory, &length);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = channels;
  info.in_color_space = space;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 95, TRUE);
  if (progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<JSAMPROW>(pixels.data() +
                                     std::size_t{info.next_scanline} * static_cast<std::size_t>(width * channels));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  Bytes bytes(memory, memory + length);
  std::free(memory);
  return bytes;
}

Bytes repeated(const std::vector<std::uint8_t>& pixel, int count) {
  Bytes row;
  for (int i = 0; i < count; ++i) row.insert(row.end(), pixel.begin(), pixel.end());
  return row;
}

void check_same_size(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height || a.channels != b.channels) throw std::logic_error("sizes differ");
}

}  // namespace

Image picture(int width, int height, int channels, imaging::Format format) {
  Image image{width, height, channels, format};
  for (int y = 0; y < height; ++y) {
    std::uint8_t* pixel = image.row(y);
    for (int x = 0; x < width; ++x, pixel += channels) {
      const bool inside = std::hypot(x - width / 2.0, y - height / 2.0) < std::min(width, height) / 4.0;
      const std::array<int, 4> values{inside ? 220 : 255 * x / width, inside ? 40 : 255 * y / height, inside ? 60 : 128,
                                      255 * (x + y) / (width + height)};
      for (int c = 0; c < channels; ++c) pixel[c] = static_cast<std::uint8_t>(values[static_cast<std::size_t>(c)]);
    }
  }
  return image;
}

Image plain(int width, int height, std::vector<std::uint8_t> color) {
  Image image{width, height, static_cast<int>(color.size()), imaging::Format::png};
  image.pixels = imaging::Pixels{repeated(color, width * height)};
  return image;
}

Bytes png_16_bit(int width, int height, std::uint16_t red, std::uint16_t green, std::uint16_t blue) {
  PngFile file{width, height, 16, PNG_COLOR_TYPE_RGB, false};
  std::vector<std::uint8_t> pixel;
  for (const int value : {red, green, blue}) {  // PNG stores the high byte first
    pixel.push_back(static_cast<std::uint8_t>(value >> 8));
    pixel.push_back(static_cast<std::uint8_t>(value & 0xFF));
  }
  return file.write(repeated(pixel, width));
}

Bytes png_palette(int width, int height, bool interlaced) {
  PngFile file{width, height, 8, PNG_COLOR_TYPE_PALETTE, interlaced};
  const std::array<png_color, 2> colors{png_color{255, 0, 0}, png_color{0, 0, 255}};
  const std::array<png_byte, 2> alpha{255, 100};
  png_set_PLTE(file.png(), file.info(), colors.data(), 2);
  png_set_tRNS(file.png(), file.info(), alpha.data(), 2, nullptr);
  Bytes row(static_cast<std::size_t>(width), 0);
  std::fill(row.begin() + width / 2, row.end(), std::uint8_t{1});
  return file.write(row);
}

Bytes png_grey_alpha(int width, int height, std::uint8_t grey, std::uint8_t alpha) {
  PngFile file{width, height, 8, PNG_COLOR_TYPE_GRAY_ALPHA, false};
  return file.write(repeated({grey, alpha}, width));
}

Bytes jpeg_cmyk(int width, int height, std::uint8_t cyan, std::uint8_t magenta, std::uint8_t yellow,
                std::uint8_t black) {
  // libjpeg writes an Adobe marker, and with it inks are stored inverted
  const auto stored = [](int ink) { return static_cast<std::uint8_t>(255 - ink); };
  const auto pixels = repeated({stored(cyan), stored(magenta), stored(yellow), stored(black)}, width * height);
  return jpeg(width, height, JCS_CMYK, 4, pixels, false);
}

Bytes jpeg_progressive(const Image& picture) {
  return jpeg(picture.width, picture.height, JCS_RGB, 3, picture.pixels.all(), true);
}

Bytes exif(std::uint8_t orientation, bool motorola) {
  Bytes body{'E', 'x', 'i', 'f', 0, 0};
  const auto number = [&body, motorola](unsigned value, int length) {
    for (int i = 0; i < length; ++i) {
      const int shift = 8 * (motorola ? length - 1 - i : i);
      body.push_back(static_cast<std::uint8_t>(value >> shift & 0xFF));
    }
  };
  body.insert(body.end(), 2, motorola ? std::uint8_t{'M'} : std::uint8_t{'I'});
  number(42, 2);
  number(8, 4);       // the directory follows at once
  number(1, 2);       // with one entry:
  number(0x0112, 2);  // orientation
  number(3, 2);       // a 16-bit number
  number(1, 4);       // one of them
  number(orientation, 2);
  number(0, 2);
  number(0, 4);  // no further directory
  return body;
}

Bytes with_app1(const Bytes& jpeg, const Bytes& body) {
  const std::size_t length = body.size() + 2;
  Bytes file{jpeg.begin(), jpeg.begin() + 2};
  const Bytes head{0xFF, 0xE1, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length & 0xFF)};
  file.insert(file.end(), head.begin(), head.end());
  file.insert(file.end(), body.begin(), body.end());
  file.insert(file.end(), jpeg.begin() + 2, jpeg.end());
  return file;
}

int largest_difference(const Image& a, const Image& b) {
  check_same_size(a, b);
  int largest = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i)
    largest = std::max(largest, std::abs(a.pixels.data()[i] - b.pixels.data()[i]));
  return largest;
}

double mean_difference(const Image& a, const Image& b) {
  check_same_size(a, b);
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels.data()[i] - b.pixels.data()[i]);
  return sum / static_cast<double>(a.pixels.size());
}

Bytes content(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return Bytes{std::istreambuf_iterator<char>{in}, {}};
}

void write(const std::filesystem::path& file, const Bytes& bytes) {
  std::ofstream out{file, std::ios::binary};
  std::copy(bytes.begin(), bytes.end(), std::ostreambuf_iterator<char>{out});
}

void write(const std::filesystem::path& file, std::string_view text) { write(file, Bytes{text.begin(), text.end()}); }

Folder::Folder() {
  std::string name = std::filesystem::temp_directory_path() / "image_pipeline-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> Folder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{path_}) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace samples
