#include <gtest/gtest.h>
#include <mpyx/mpyx.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace {

using List = std::vector<std::string>;

TEST(Meta, AnEntryIsCopiedByAssignment) {
  mpyx::Meta meta, other;
  meta["a"] = List{"a", "b"};
  meta["b"] = 5;
  meta["b"] = meta["a"];
  EXPECT_EQ(meta.get<List>("b"), (List{"a", "b"}));
  other["c"] = meta["b"];
  EXPECT_EQ(other.get<List>("c"), (List{"a", "b"}));
  meta["a"] = meta["a"];
  EXPECT_EQ(meta.get<List>("a"), (List{"a", "b"}));
  EXPECT_THROW(meta["a"] = meta["none"], mpyx::Error);
}

TEST(Meta, AnEntryConverts) {
  mpyx::Meta meta;
  meta["number"] = 5;
  meta["text"] = "abc";
  meta["path"] = std::filesystem::path{"/tmp"};
  const int number = meta["number"];
  std::string text = meta["text"];
  const std::filesystem::path path = meta["path"];
  EXPECT_EQ(number, 5);
  EXPECT_EQ(text, "abc");
  EXPECT_EQ(path, "/tmp");
  text = meta["path"].get<std::filesystem::path>().string();
  text = meta["text"];
  EXPECT_EQ(text, "abc");
  EXPECT_THROW((void)static_cast<double>(meta["number"]), mpyx::Error);
}

}  // namespace
