#include "imaging/orientation.hpp"

#include "imaging/read.hpp"
#include "imaging/save.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>

namespace {

using imaging::Format;
using imaging::Image;

/// One letter a pixel; rows are separated by blanks.
Image letters(std::string_view rows) {
  const auto width = static_cast<int>(rows.find(' '));
  const int height = static_cast<int>(rows.size() + 1) / (width + 1);
  Image picture{width, height, 3, Format::jpeg};
  std::size_t at = 0;
  for (const char letter : rows) {
    if (letter == ' ') continue;
    picture.pixels.data()[at] = picture.pixels.data()[at + 1] = picture.pixels.data()[at + 2] =
        static_cast<std::uint8_t>(letter);
    at += 3;
  }
  return picture;
}

std::string text(const Image& picture) {
  std::string rows;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) rows += static_cast<char>(picture.row(y)[3 * x]);
    rows += y + 1 < picture.height ? " " : "";
  }
  return rows;
}

TEST(Orientation, TurnsAsTheExifTableSays) {
  const Image stored = letters("abc def");
  EXPECT_EQ(text(imaging::upright(stored, 1)), "abc def");
  EXPECT_EQ(text(imaging::upright(stored, 2)), "cba fed");
  EXPECT_EQ(text(imaging::upright(stored, 3)), "fed cba");
  EXPECT_EQ(text(imaging::upright(stored, 4)), "def abc");
  EXPECT_EQ(text(imaging::upright(stored, 5)), "ad be cf");
  EXPECT_EQ(text(imaging::upright(stored, 6)), "da eb fc");
  EXPECT_EQ(text(imaging::upright(stored, 7)), "fc eb da");
  EXPECT_EQ(text(imaging::upright(stored, 8)), "cf be ad");
}

TEST(Orientation, IsFoundInBothByteOrders) {
  EXPECT_EQ(imaging::exif_orientation(samples::exif(6, true)), 6);
  EXPECT_EQ(imaging::exif_orientation(samples::exif(3, false)), 3);
}

TEST(Orientation, IsUprightWhenMalformed) {
  EXPECT_EQ(imaging::exif_orientation({}), 1);
  EXPECT_EQ(imaging::exif_orientation(samples::exif(9, true)), 1);
  EXPECT_EQ(imaging::exif_orientation(samples::exif(0, false)), 1);
  const auto whole = samples::exif(6, true);
  const std::size_t needed = 26;  // up to the value; what follows is not looked at
  for (std::size_t length = 0; length < needed; ++length) {
    EXPECT_EQ(imaging::exif_orientation(std::span{whole}.first(length)), 1) << length;
  }
}

TEST(Orientation, IsAppliedToJpegFiles) {
  const Image picture = samples::picture(30, 20, 3, Format::jpeg);
  const auto file = imaging::encode_jpeg(picture, 95);
  const Image turned = imaging::decode(samples::with_app1(file, samples::exif(6, false)));
  EXPECT_EQ(turned.width, 20);
  EXPECT_EQ(turned, imaging::upright(imaging::decode(file), 6));
}

}  // namespace
