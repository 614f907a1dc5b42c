#include "imaging/resize.hpp"

#include "samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace {

using imaging::Format;
using imaging::Image;
using imaging::resize;

TEST(Resize, KeepsTheProportions) {
  const Image wide = resize(samples::picture(400, 100, 3, Format::jpeg), 100);
  EXPECT_EQ(wide.width, 100);
  EXPECT_EQ(wide.height, 25);
  const Image tall = resize(samples::picture(30, 1000, 4, Format::png), 10);
  EXPECT_EQ(tall.height, 333);
  EXPECT_EQ(tall.channels, 4);
  EXPECT_EQ(tall.format, Format::png);
}

TEST(Resize, LeavesSmallerPicturesAlone) {
  const Image picture = samples::picture(40, 30, 3, Format::jpeg);
  EXPECT_EQ(resize(picture, 40), picture);
  EXPECT_EQ(resize(picture, 1000), picture);
  const Image dot = samples::picture(1, 1, 4, Format::png);
  EXPECT_EQ(resize(dot, 1), dot);
}

TEST(Resize, TakesExtremeSizes) {
  EXPECT_EQ(resize(samples::picture(5000, 1, 3, Format::png), 3).height, 1);
  EXPECT_EQ(resize(samples::picture(500, 400, 3, Format::png), 1).height, 1);
  EXPECT_EQ(resize(samples::picture(101, 2, 3, Format::png), 100).height, 2);
}

TEST(Resize, IsExactInVeryWidePictures) {
  const Image plain = samples::plain(300001, 2, {90, 90, 90});
  for (const int width : {300000, 65500, 7}) {
    const Image small = resize(plain, width);
    EXPECT_LE(samples::largest_difference(small, samples::plain(width, small.height, {90, 90, 90})), 1) << width;
  }
}

TEST(Resize, KeepsAPlainColor) {
  for (const std::vector<std::uint8_t>& color :
       {std::vector<std::uint8_t>{0, 0, 0}, {255, 255, 255}, {3, 128, 251}, {200, 100, 50, 128}, {10, 20, 30, 255}}) {
    const Image small = resize(samples::plain(97, 61, color), 40);
    EXPECT_LE(samples::largest_difference(small, samples::plain(40, 25, color)), 1);
  }
}

TEST(Resize, AveragesLightNotNumbers) {
  Image stripes = samples::plain(256, 256, {0, 0, 0});
  for (std::size_t i = 0; i < stripes.pixels.size(); ++i) stripes.pixels.data()[i] = i / 3 % 2 == 0 ? 255 : 0;
  const Image grey = resize(stripes, 64);  // half of the light is sRGB 188, not 128
  EXPECT_NEAR(grey.row(32)[3 * 32], 188, 2);
}

TEST(Resize, InvisibleColorsDoNotShineThrough) {
  Image picture = samples::plain(200, 200, {255, 0, 0, 0});
  for (int y = 0; y < 200; ++y) {
    for (int x = 100; x < 200; ++x) {
      const std::array<std::uint8_t, 4> blue{0, 0, 255, 255};
      std::copy(blue.begin(), blue.end(), picture.row(y) + 4 * x);
    }
  }
  const Image small = resize(picture, 50);
  for (std::size_t at = 0; at < small.pixels.size(); at += 4) {
    if (small.pixels.data()[at + 3] > 0) {
      EXPECT_LE(small.pixels.data()[at], 1) << at;
    }
  }
}

TEST(Resize, TreatsAllDirectionsAlike) {
  Image picture = samples::picture(90, 90, 3, Format::png);
  const Image small = resize(picture, 31);
  Image turned = picture;
  for (int y = 0; y < 90; ++y) {
    for (int x = 0; x < 90; ++x) std::copy_n(picture.row(x) + 3 * y, 3, turned.row(y) + 3 * x);
  }
  const Image small_turned = resize(turned, 31);
  for (int y = 0; y < 31; ++y) {
    for (int x = 0; x < 31; ++x) EXPECT_NEAR(small.row(y)[3 * x], small_turned.row(x)[3 * y], 1);
  }
}

}  // namespace
