#include "process/blocking.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>

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

TEST(MakeBlocking, DoesNotRewindAFile) {
  std::FILE* const file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  const int descriptor = ::fileno(file);
  ASSERT_EQ(::write(descriptor, "one", 3), 3);
  ASSERT_EQ(::fcntl(descriptor, F_SETFL, O_NONBLOCK), 0);
  make_blocking(descriptor);
  EXPECT_EQ(::lseek(descriptor, 0, SEEK_CUR), 3);
  std::fclose(file);
}

TEST(StandardDescriptors, AreOpenAfterwardsWhicheverWereClosed) {
  for (int closed = 0; closed < 8; ++closed) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int each = 0; each < 3; ++each) {
        if ((closed >> each & 1) != 0) ::close(each);
      }
      open_standard_descriptors();
      bool good = true;
      for (int each = 0; each < 3; ++each) good &= ::fcntl(each, F_GETFD) >= 0;
      ::_exit(good && ::open("/dev/null", O_RDONLY) > 2 ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << closed;
  }
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
