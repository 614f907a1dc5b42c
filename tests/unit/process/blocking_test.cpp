#include "process/blocking.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace mpyx::process {
namespace {

bool blocks(int descriptor) { return (::fcntl(descriptor, F_GETFL) & O_NONBLOCK) == 0; }

TEST(MakeBlocking, LeavesThePipeOfOthersAsItIs) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_NONBLOCK), 0);
  const int shared = ::dup(ends[1]);
  make_blocking(ends[1]);
  EXPECT_TRUE(blocks(ends[1]));
  EXPECT_FALSE(blocks(shared)) << "somebody else's";
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  char got = 0;
  EXPECT_EQ(::read(ends[0], &got, 1), 1) << "it is the same pipe";
  for (const int each : {ends[0], ends[1], shared}) ::close(each);
}

TEST(MakeBlocking, DoesNotWaitForAReaderThatHasGone) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_NONBLOCK), 0);
  ::close(ends[0]);
  make_blocking(ends[1]);
  EXPECT_TRUE(blocks(ends[1]));
  ::close(ends[1]);
}

TEST(MakeBlocking, TakesTheFlagFromASocket) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
  make_blocking(ends[1]);
  EXPECT_TRUE(blocks(ends[1]));
  for (const int each : ends) ::close(each);
}

TEST(MakeBlocking, LeavesOthersAlone) {
  make_blocking(-1);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), 0), 0);
  make_blocking(ends[1]);
  EXPECT_TRUE(blocks(ends[1]));
  for (const int each : ends) ::close(each);
}

}  // namespace
}  // namespace mpyx::process
