#include "imaging/blur.hpp"
#include "imaging/enhance.hpp"
#include "imaging/font.hpp"
#include "imaging/watermark.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace {

using imaging::Format;
using imaging::Image;

TEST(Blur, KeepsAPlainPlane) {
  imaging::Plane plane{13, 7};
  std::fill(plane.values.begin(), plane.values.end(), 100.0F);
  for (const float value : imaging::blur(plane, 2.5).values) EXPECT_NEAR(value, 100, 1e-3);
}

TEST(Blur, SpreadsADotWithoutLosingLight) {
  imaging::Plane plane{41, 41};
  plane.row(20)[20] = 1000;
  const imaging::Plane blurred = imaging::blur(plane, 3);
  EXPECT_NEAR(std::accumulate(blurred.values.begin(), blurred.values.end(), 0.0), 1000, 0.5);
  EXPECT_NEAR(blurred.row(20)[23], blurred.row(17)[20], 1e-4);
  EXPECT_GT(blurred.row(20)[20], blurred.row(20)[23]);
}

TEST(Blur, TakesPlanesSmallerThanItself) {
  imaging::Plane plane{1, 1};
  plane.values[0] = 5;
  EXPECT_NEAR(imaging::blur(plane, 10).values[0], 5, 1e-4);
}

TEST(Enhance, WidensADullRange) {
  Image dull{256, 64, 3, Format::jpeg};
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 256; ++x) std::fill_n(dull.row(y) + 3 * x, 3, static_cast<std::uint8_t>(60 + x / 2));
  }
  const Image bright = imaging::enhance(dull);
  const auto [low, high] = std::minmax_element(bright.pixels.all().begin(), bright.pixels.all().end());
  EXPECT_LT(*low, 60);
  EXPECT_GT(*high, 187);
}

TEST(Enhance, KeepsPlainPictures) {
  for (const int grey : {0, 7, 128, 255}) {
    const auto value = static_cast<std::uint8_t>(grey);
    const Image plain = samples::plain(20, 20, {value, value, value});
    EXPECT_LE(samples::largest_difference(imaging::enhance(plain), plain), 1) << grey;
  }
}

TEST(Enhance, KeepsAlphaAndSize) {
  const Image picture = samples::picture(50, 40, 4, Format::png);
  const Image enhanced = imaging::enhance(picture);
  for (std::size_t at = 3; at < picture.pixels.size(); at += 4)
    ASSERT_EQ(enhanced.pixels.data()[at], picture.pixels.data()[at]);
}

TEST(Enhance, SharpensEdges) {
  Image edge = samples::plain(60, 60, {100, 100, 100});
  for (int y = 0; y < 60; ++y) std::fill_n(edge.row(y) + 90, 90, std::uint8_t{160});
  std::fill_n(edge.row(0), 90, std::uint8_t{0});  // black and white are there: levels stay
  std::fill_n(edge.row(0) + 90, 90, std::uint8_t{255});
  const Image sharp = imaging::enhance(edge);
  EXPECT_LT(sharp.row(30)[3 * 29], 100);
  EXPECT_GT(sharp.row(30)[3 * 30], 160);
}

TEST(Enhance, TakesTinyAndInvisiblePictures) {
  for (const int channels : {3, 4}) EXPECT_EQ(imaging::enhance(samples::picture(1, 1, channels, Format::png)).width, 1);
  const Image invisible = samples::plain(9, 9, {10, 20, 30, 0});
  EXPECT_EQ(imaging::enhance(invisible).pixels.size(), invisible.pixels.size());
}

TEST(Font, DrawsLetters) {
  EXPECT_TRUE(imaging::dot_of("L", 0, 0));
  EXPECT_FALSE(imaging::dot_of("L", 1, 0));
  EXPECT_TRUE(imaging::dot_of("L", 4, 6));
  EXPECT_TRUE(imaging::dot_of(" L", 6, 3));
  EXPECT_EQ(&imaging::glyph('q'), &imaging::glyph('Q'));
  EXPECT_EQ(imaging::glyph('\x7F')[0], 0b11111);
}

TEST(Font, IsEmptyOutsideTheText) {
  for (const auto& [x, y] : {std::pair{-1, 0}, {0, -1}, {0, 7}, {5, 0}, {6, 0}, {1000, 3}})
    EXPECT_FALSE(imaging::dot_of("L", x, y));
}

TEST(Watermark, ChangesTheLowerRightCornerOnly) {
  const Image plain = samples::plain(400, 300, {100, 100, 100});
  const Image marked = imaging::watermark(plain, "mpyx");
  int brighter = 0;
  for (int y = 0; y < 300; ++y) {
    for (int x = 0; x < 400; ++x) {
      const int value = marked.row(y)[3 * x];
      if (x < 300 || y < 270) {
        EXPECT_EQ(value, 100);
      }
      if (value > 180) ++brighter;
    }
  }
  EXPECT_GT(brighter, 50);
}

TEST(Watermark, GrowsWithThePicture) {
  const auto changed = [](int size) {
    const Image plain = samples::plain(size, size, {0, 0, 0});
    const Image marked = imaging::watermark(plain, "X");
    return static_cast<double>(marked.pixels.size()) -
           static_cast<double>(std::count(marked.pixels.all().begin(), marked.pixels.all().end(), 0));
  };
  EXPECT_NEAR(changed(1000) / changed(500), 4, 1);
}

TEST(Watermark, LeavesTinyPicturesAlone) {
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 1000}, {1000, 3}, {20, 20}}) {
    const Image picture = samples::picture(width, height, 3, Format::png);
    EXPECT_EQ(imaging::watermark(picture, "mpyx"), picture);
  }
}

TEST(Watermark, NoTextNoMark) {
  const Image picture = samples::picture(300, 200, 3, Format::png);
  EXPECT_EQ(imaging::watermark(picture, ""), picture);
}

TEST(Watermark, ShrinksALongText) {
  const Image plain = samples::plain(900, 900, {0, 0, 0});
  EXPECT_NE(imaging::watermark(plain, std::string(100, 'A')), plain);
  EXPECT_EQ(imaging::watermark(plain, std::string(100000, 'A')), plain);
}

TEST(Watermark, IsVisibleOnTransparentPictures) {
  const Image marked = imaging::watermark(samples::plain(400, 300, {0, 0, 0, 0}), "mpyx");
  int opaque = 0;
  for (std::size_t at = 3; at < marked.pixels.size(); at += 4) opaque += marked.pixels.data()[at] > 150 ? 1 : 0;
  EXPECT_GT(opaque, 50);
}

}  // namespace
