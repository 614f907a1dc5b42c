#include "process/helper_protocol.hpp"

#include <gtest/gtest.h>

namespace mpyx::process {
namespace {

TEST(HelperProtocol, DecodesWhatItEncodes) {
  const Program program{{"ffmpeg", "", "a b"}, {{"A", "1=2"}, {"B", std::nullopt}, {"C", ""}}};
  const auto decoded = decode_program(encode(program));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->arguments, program.arguments);
  EXPECT_EQ(decoded->changes, program.changes);
}

TEST(HelperProtocol, RefusesEveryTruncation) {
  const std::string bytes = encode({{"cat", "x"}, {{"A", "1"}}});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_program(std::string_view(bytes).substr(0, size)).has_value()) << size;
  }
}

TEST(HelperProtocol, RefusesCountsBeyondTheBytes) {
  EXPECT_FALSE(decode_program(std::string(8, '\xff')).has_value());
  EXPECT_FALSE(decode_program(std::string(8, '\0')).has_value());
}

}  // namespace
}  // namespace mpyx::process
