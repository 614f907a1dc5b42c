#include <mpyx/meta.hpp>

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace mpyx {
namespace {

TEST(Meta, DamagedBytesGiveNoEntryAndNoReadOutside) {
  std::mt19937 random{1};
  for (int round = 0; round < 100'000; ++round) {
    std::vector<std::byte> bytes(random() % 40);
    for (auto& byte : bytes) byte = static_cast<std::byte>(random() % 4 != 0 ? 0 : random());
    Meta meta;
    meta.assign(bytes);
    std::size_t size = 0;
    for (const auto& name : meta.names()) size += name.size();
    ASSERT_LE(size, bytes.size());
    EXPECT_FALSE(meta.contains("a name that is not there"));
  }
}

}  // namespace
}  // namespace mpyx
