// Files that are cut or garbled in every way must be refused or read, never crash; run this under sanitizers too.

#include "imaging/read.hpp"
#include "imaging/save.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace {

using imaging::Format;
using samples::Bytes;

std::map<std::string, Bytes> valid_files() {
  const auto rgb = samples::picture(67, 45, 3, Format::jpeg);
  return {
      {"jpeg", imaging::encode_jpeg(rgb, 80)},
      {"progressive", samples::jpeg_progressive(rgb)},
      {"cmyk", samples::jpeg_cmyk(33, 21, 10, 200, 30, 60)},
      {"exif", samples::with_app1(imaging::encode_jpeg(rgb, 80), samples::exif(6, true))},
      {"png", imaging::encode_png(samples::picture(67, 45, 3, Format::png))},
      {"alpha", imaging::encode_png(samples::picture(31, 45, 4, Format::png))},
      {"16 bit", samples::png_16_bit(40, 30, 1, 2000, 60000)},
      {"interlaced", samples::png_palette(41, 23, true)},
  };
}

enum class Result { read, refused };

Result attempt(const Bytes& file) {
  try {
    const imaging::Image picture = imaging::decode(file);
    EXPECT_EQ(picture.pixels.size(), picture.row_bytes() * static_cast<std::size_t>(picture.height));
    EXPECT_TRUE(picture.channels == 3 || picture.channels == 4);
    return Result::read;
  } catch (const imaging::ReadError& error) {
    EXPECT_STRNE(error.what(), "");
    return Result::refused;
  }
}

TEST(Damage, ValidFilesAreRead) {
  for (const auto& [name, file] : valid_files()) EXPECT_EQ(attempt(file), Result::read) << name;
}

TEST(Damage, EveryCutFileIsRefused) {
  for (const auto& [name, file] : valid_files()) {
    const std::size_t whole = name.find("png") == std::string::npos ? file.size() - 2 : file.size();
    for (std::size_t length = 0; length < whole; ++length) {
      EXPECT_EQ(attempt({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length)}), Result::refused)
          << name << " cut to " << length << " of " << file.size();
    }
  }
}

TEST(Damage, FlippedBitsDoNotCrash) {
  std::mt19937 random{1};
  int refused = 0;
  for (const auto& [name, file] : valid_files()) {
    for (int round = 0; round < 2000; ++round) {
      Bytes garbled = file;
      const auto flips = 1 + random() % 4;
      for (std::size_t flip = 0; flip < flips; ++flip) {
        garbled[random() % garbled.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
      }
      if (attempt(garbled) == Result::refused) ++refused;
    }
  }
  EXPECT_GT(refused, 0);
}

TEST(Damage, GarbledPiecesDoNotCrash) {
  std::mt19937 random{2};
  for (const auto& [name, file] : valid_files()) {
    for (int round = 0; round < 500; ++round) {
      Bytes garbled = file;
      const std::size_t from = 2 + random() % (garbled.size() - 2);
      const std::size_t to = std::min(garbled.size(), from + 1 + random() % 40);
      for (std::size_t i = from; i < to; ++i) garbled[i] = static_cast<std::uint8_t>(random());
      (void)attempt(garbled);
    }
  }
}

TEST(Damage, FlippedBitsOfPixelsOfAPngAreRefused) {
  const Bytes file = imaging::encode_png(samples::picture(67, 45, 3, Format::png));
  for (std::size_t at = file.size() / 2; at < file.size() / 2 + 40; ++at) {
    Bytes garbled = file;
    garbled[at] ^= 1;
    EXPECT_EQ(attempt(garbled), Result::refused) << at;  // its check sum tells
  }
}

}  // namespace
