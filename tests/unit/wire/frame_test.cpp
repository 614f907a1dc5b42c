#include "wire/frame.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

namespace mpyx::wire {
namespace {

/// 8-aligned bytes, as bodies are.
struct Body {
  explicit Body(std::size_t size) : words((size + 7) / 8), bytes{reinterpret_cast<std::byte*>(words.data()), size} {}
  std::vector<std::uint64_t> words;
  std::span<std::byte> bytes;
};

Body with_head(std::uint32_t meta, std::uint16_t blocks, std::uint16_t tags, std::size_t rest) {
  Body body{sizeof(ExtendedHead) + rest};
  const ExtendedHead head{meta, blocks, tags};
  std::memcpy(body.bytes.data(), &head, sizeof head);
  return body;
}

TEST(Frame, PlainBodyIsTheValue) {
  const std::array<std::byte, 5> body{};
  const auto view = parse_frame(body, false);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->value.data(), body.data());
  EXPECT_EQ(view->value.size(), 5u);
  EXPECT_TRUE(view->meta.empty() && view->blocks.empty() && view->tags.empty());
}

TEST(Frame, GivesBackWhatWasWritten) {
  for (std::size_t meta_size = 0; meta_size < 20; ++meta_size) {
    const std::vector<std::byte> meta(meta_size, std::byte{7});
    const std::vector<memory::Offset> blocks(meta_size % 4, 4711);
    const std::vector<std::uint64_t> tags(meta_size % 3, 12);
    const FrameParts parts{blocks, meta, tags};
    Body body{parts.head_size() + 3};
    std::byte* value = parts.write_head(body.bytes.data());
    EXPECT_EQ(value, body.bytes.data() + parts.head_size());
    const auto view = parse_frame(body.bytes, parts.extended());
    ASSERT_TRUE(view);
    EXPECT_TRUE(std::equal(view->meta.begin(), view->meta.end(), meta.begin(), meta.end()));
    EXPECT_TRUE(std::equal(view->blocks.begin(), view->blocks.end(), blocks.begin(), blocks.end()));
    EXPECT_TRUE(std::equal(view->tags.begin(), view->tags.end(), tags.begin(), tags.end()));
    EXPECT_EQ(view->value.data(), value);
    EXPECT_EQ(view->value.size(), 3u);
  }
}

TEST(Frame, RefusesMetaThatItsHeadCannotCount) {
  const std::byte first{};
  FrameParts parts{};
  parts.meta = {&first, 0xffff'ffff};  // only counted
  EXPECT_EQ(parts.head_size(), sizeof(ExtendedHead) + (std::size_t{1} << 32));
  parts.meta = {&first, std::size_t{1} << 32};
  EXPECT_THROW((void)parts.head_size(), Error);
}

TEST(Frame, RefusesABodyShorterThanItsHead) {
  for (std::size_t size = 0; size < sizeof(ExtendedHead); ++size) EXPECT_FALSE(parse_frame(Body{size}.bytes, true));
}

TEST(Frame, RefusesMoreBlocksThanThereAre) {
  EXPECT_TRUE(parse_frame(with_head(0, 2, 0, 16).bytes, true));
  EXPECT_FALSE(parse_frame(with_head(0, 3, 0, 16).bytes, true));
  EXPECT_FALSE(parse_frame(with_head(0, 2, 1, 16).bytes, true));
  EXPECT_FALSE(parse_frame(with_head(0, 65535, 65535, 16).bytes, true));
}

TEST(Frame, RefusesMoreMetaThanThereIs) {
  EXPECT_TRUE(parse_frame(with_head(16, 0, 0, 16).bytes, true));
  EXPECT_FALSE(parse_frame(with_head(17, 0, 0, 16).bytes, true));
  EXPECT_FALSE(parse_frame(with_head(~0U, 0, 0, 16).bytes, true));
  EXPECT_FALSE(parse_frame(with_head(1, 0, 0, 7).bytes, true)) << "the padding is missing";
}

TEST(Frame, AnyBytesGiveAViewInsideThemOrNothing) {
  std::mt19937 random{1};
  for (int round = 0; round < 200'000; ++round) {
    Body body{random() % 64};
    for (auto& byte : body.bytes) byte = static_cast<std::byte>(random() % 4 != 0 ? 0 : random());
    const auto view = parse_frame(body.bytes, true);
    if (!view) continue;
    const std::size_t used =
        sizeof(ExtendedHead) + view->blocks.size_bytes() + view->tags.size_bytes() + padded(view->meta.size());
    ASSERT_EQ(used + view->value.size(), body.bytes.size());
    unsigned sum = 0;  // a sanitizer sees a read outside
    for (const auto part : {std::as_bytes(view->blocks), std::as_bytes(view->tags), view->meta, view->value}) {
      for (const std::byte byte : part) sum += static_cast<unsigned>(byte);
    }
    ASSERT_LE(sum, 64u * 255u);
  }
}

}  // namespace
}  // namespace mpyx::wire
