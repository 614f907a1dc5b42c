#include "imaging/read.hpp"

#include "imaging/save.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace {

using imaging::decode;
using imaging::Format;
using imaging::Image;
using samples::Bytes;

std::string reason(const Bytes& file) {
  try {
    (void)decode(file);
  } catch (const imaging::ReadError& error) {
    return error.what();
  }
  return "";
}

std::string reason_of_file(const std::filesystem::path& file) {
  try {
    (void)imaging::read_image(file);
  } catch (const imaging::ReadError& error) {
    return error.what();
  }
  return "";
}

std::vector<int> first_pixel(const Image& picture) {
  return {picture.pixels.all().begin(), picture.pixels.all().begin() + picture.channels};
}

TEST(Read, PngComesBackAsItWasSaved) {
  for (const int channels : {3, 4}) {
    for (const auto& [width, height] : {std::pair{1, 1}, {1, 9}, {257, 3}, {64, 48}}) {
      const Image picture = samples::picture(width, height, channels, Format::png);
      EXPECT_EQ(decode(imaging::encode_png(picture)), picture) << width << " x " << height << " x " << channels;
    }
  }
}

TEST(Read, JpegComesBackAlmostAsItWasSaved) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 9}, {257, 33}, {64, 48}}) {
    const Image picture = samples::picture(width, height, 3, Format::jpeg);
    const Image read = decode(imaging::encode_jpeg(picture, 95));
    EXPECT_EQ(read.format, Format::jpeg);
    EXPECT_LT(samples::mean_difference(read, picture), 10) << width << " x " << height;
  }
}

TEST(Read, ProgressiveJpeg) {
  const Image picture = samples::picture(61, 47, 3, Format::jpeg);
  EXPECT_LT(samples::mean_difference(decode(samples::jpeg_progressive(picture)), picture), 5);
}

TEST(Read, GreyJpegBecomesRgb) {
  Image grey{20, 10, 1, Format::jpeg};
  std::fill(grey.pixels.all().begin(), grey.pixels.all().end(), std::uint8_t{90});
  EXPECT_EQ(first_pixel(decode(imaging::encode_jpeg(grey, 90))), (std::vector{90, 90, 90}));
}

TEST(Read, GreyPngBecomesRgb) {
  Image grey{20, 10, 1, Format::png};
  std::fill(grey.pixels.all().begin(), grey.pixels.all().end(), std::uint8_t{90});
  EXPECT_EQ(first_pixel(decode(imaging::encode_png(grey))), (std::vector{90, 90, 90}));
}

TEST(Read, GreyPngWithAlphaBecomesRgba) {
  EXPECT_EQ(first_pixel(decode(samples::png_grey_alpha(5, 4, 77, 200))), (std::vector{77, 77, 77, 200}));
}

TEST(Read, SixteenBitPngIsRounded) {
  EXPECT_EQ(first_pixel(decode(samples::png_16_bit(7, 5, 0xFFFF, 0x8080, 0x00FF))), (std::vector{255, 128, 1}));
}

TEST(Read, PaletteWithTransparencyBecomesRgba) {
  for (const bool interlaced : {false, true}) {
    const Image picture = decode(samples::png_palette(12, 11, interlaced));
    ASSERT_EQ(picture.channels, 4);
    EXPECT_EQ(first_pixel(picture), (std::vector{255, 0, 0, 255}));
    EXPECT_EQ(std::vector<int>(picture.pixels.all().end() - 4, picture.pixels.all().end()),
              (std::vector{0, 0, 255, 100}));
  }
}

TEST(Read, CmykJpegBecomesRgb) {
  const Image red = decode(samples::jpeg_cmyk(16, 16, 0, 255, 255, 0));
  EXPECT_LT(samples::largest_difference(red, samples::plain(16, 16, {255, 0, 0})), 4);
  const Image half_black = decode(samples::jpeg_cmyk(16, 16, 0, 0, 0, 128));
  EXPECT_LT(samples::largest_difference(half_black, samples::plain(16, 16, {127, 127, 127})), 4);
}

TEST(Read, GoesByContentNotByName) {
  const samples::Folder folder;
  const Image picture = samples::picture(9, 8, 3, Format::png);
  samples::write(folder.path() / "picture.jpg", imaging::encode_png(picture));
  EXPECT_EQ(imaging::read_image(folder.path() / "picture.jpg"), picture);
}

TEST(Read, NamesForeignAndEmptyFiles) {
  EXPECT_EQ(reason({'h', 'e', 'l', 'l', 'o'}), "it is neither a JPEG nor a PNG picture");
  EXPECT_EQ(reason({}), "it is empty");
  EXPECT_EQ(reason({0xFF, 0xD8}), "it is neither a JPEG nor a PNG picture");
}

TEST(Read, NamesWhatCannotBeOpened) {
  const samples::Folder folder;
  EXPECT_EQ(reason_of_file(folder.path() / "absent.png"), "it cannot be opened: No such file or directory");
  ASSERT_EQ(::mkfifo((folder.path() / "pipe.png").c_str(), 0600), 0);
  EXPECT_EQ(reason_of_file(folder.path() / "pipe.png"), "it is not a regular file");
}

TEST(Read, DoesNotAllocateWhatAFileCannotHold) {
  Bytes png = imaging::encode_png(samples::picture(8, 8, 3, Format::png));
  const auto refused = [](std::uint64_t width, std::uint64_t height, std::size_t bytes) {
    EXPECT_THROW(imaging::check_size(width, height, bytes, 1000), imaging::ReadError);
  };
  refused(60000, 60000, 3000);
  refused(0, 10, 100);
  refused(10, 0, 100);
  refused(0xFFFFFFFF, 0xFFFFFFFF, 1U << 31);
  EXPECT_NO_THROW(imaging::check_size(1000, 1000, 1001, 1000));
}

}  // namespace
