#include "memory/segment.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "child_process.hpp"
#include "refuse_system_call.hpp"
#include "sizes.hpp"

namespace mpyx::memory {
namespace {

std::size_t backed_bytes(const Segment& segment) {
  struct stat status {};
  ::fstat(segment.fd(), &status);
  return static_cast<std::size_t>(status.st_blocks) * 512;
}

TEST(Segment, HasTheLimitItWasGivenAndIsSparse) {
  const Segment segment = Segment::create(std::size_t{64} << 30);
  EXPECT_EQ(segment.limit(), std::size_t{64} << 30);
  EXPECT_LE(backed_bytes(segment), 64u << 10);
}

TEST(Segment, DefaultLimitIsPositiveAndAtMostHalfOfTheMachine) {
  const auto physical =
      static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  EXPECT_GT(Segment::default_limit(), 0u);
  EXPECT_LE(Segment::default_limit(), physical / 2);
}

TEST(Segment, OffsetsAndAddressesAreInverse) {
  const Segment segment = Segment::create(k_mib);
  EXPECT_EQ(segment.offset_of(segment.at<char>(4242)), 4242u);
  EXPECT_EQ(static_cast<void*>(segment.at<char>(0)), segment.base());
}

TEST(Segment, IsSharedWithTheProcessThatAttaches) {
  Segment segment = Segment::create(k_mib);
  ASSERT_TRUE(segment.commit(64 << 10));
  const pid_t creator = ::getpid();
  ChildProcess child([&] {
    const Segment attached = Segment::attach(creator, segment.fd());
    if (attached.base() == segment.base() || attached.limit() != segment.limit()) return 1;
    *attached.at<int>(5000) = 77;
    return 0;
  });
  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(*segment.at<int>(5000), 77);
}

TEST(Segment, CommitsPieceByPieceWhereSignalsInterruptLargeOnes) {
  ChildProcess child([] {
    constexpr int skipped = 77;
    ::alarm(20);  // it would try for ever
    if (!interrupt_large_allocations(k_mib)) return skipped;
    Segment segment = Segment::create(64 * k_mib);
    return segment.commit(40 * k_mib) && backed_bytes(segment) >= 40 * k_mib ? 0 : 1;
  });
  const int status = child.wait();
  if (status == 77) GTEST_SKIP() << "system call filters cannot be installed";
  EXPECT_EQ(status, 0);
}

TEST(Segment, RefusesWhatIsNoSegment) {
  EXPECT_THROW(Segment::attach(::getpid(), 12345), SegmentError);
  FILE* const file = ::tmpfile();
  ASSERT_NE(file, nullptr);
  EXPECT_THROW(Segment::attach(::getpid(), ::fileno(file)), SegmentError);
  ASSERT_EQ(::ftruncate(::fileno(file), k_mib), 0);
  EXPECT_THROW(Segment::attach(::getpid(), ::fileno(file)), SegmentError);
  ::fclose(file);
}

TEST(Segment, RefusesAnotherVersion) {
  const Segment segment = Segment::create(k_mib);
  ++segment.header().version;
  EXPECT_THROW(Segment::attach(::getpid(), segment.fd()), SegmentError);
}

TEST(Segment, WorksWhereMemfdIsRefusedAndLeavesNoNameBehind) {
  ChildProcess child([] {
    if (!refuse_system_call(SYS_memfd_create)) return 77;
    Segment segment = Segment::create(k_mib);
    struct stat status {};
    ::fstat(segment.fd(), &status);
    if (status.st_nlink != 0 || (status.st_mode & 0077) != 0) return 1;
    return segment.commit(k_mib) && Segment::attach(::getpid(), segment.fd()).limit() == k_mib ? 0 : 2;
  });
  const int status = child.wait();
  if (status == 77) GTEST_SKIP() << "no system call filters here";
  EXPECT_EQ(status, 0);
}

TEST(Segment, RefusesImpossibleLimits) { EXPECT_THROW(Segment::create(~std::size_t{0}), SegmentError); }

TEST(Segment, CommitBacksAheadInStepsThatGrow) {
  Segment segment = Segment::create(256 * k_mib);
  ASSERT_TRUE(segment.commit(1));
  EXPECT_EQ(segment.header().committed.load(), 256u << 10);
  std::uint64_t last_step = 256 << 10;
  while (last_step < 16 * k_mib) {
    const std::uint64_t before = segment.header().committed.load();
    ASSERT_TRUE(segment.commit(before + 1));
    last_step = segment.header().committed.load() - before;
    EXPECT_EQ(last_step, std::min<std::uint64_t>(before, 16 * k_mib));
  }
  EXPECT_GE(backed_bytes(segment), segment.header().committed.load());
}

TEST(Segment, CommitStopsAtTheLimit) {
  Segment segment = Segment::create(k_mib);
  EXPECT_TRUE(segment.commit(k_mib));
  EXPECT_FALSE(segment.commit(k_mib + 1));
  EXPECT_EQ(segment.header().committed.load(), k_mib);
}

TEST(Segment, MovesWithoutLosingItsMapping) {
  Segment first = Segment::create(k_mib);
  std::byte* const base = first.base();
  Segment second = std::move(first);
  EXPECT_EQ(second.base(), base);
  EXPECT_EQ(first.base(), nullptr);  // NOLINT(bugprone-use-after-move): moved-from segments are empty
  first = std::move(second);
  EXPECT_EQ(first.base(), base);
}

}  // namespace
}  // namespace mpyx::memory
