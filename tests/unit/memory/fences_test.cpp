#include "memory/fences.hpp"

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include "child_process.hpp"
#include "memory/segment.hpp"
#include "refuse_system_call.hpp"

namespace mpyx::memory {
namespace {

class Fences : public ::testing::Test {
 protected:
  ~Fences() override { fences_init(false); }
  Segment segment_ = Segment::create(1 << 16);
};

TEST_F(Fences, StartAsFullFences) {
  ChildProcess child([] { return fences_detail::by_membarrier ? 1 : 0; });
  EXPECT_EQ(child.wait(), 0);
}

TEST_F(Fences, TheCreatorDecidesAndOthersFollow) {
  for (const bool allowed : {false, true}) {
    fences_decide(segment_, allowed);
    const bool decided = fences_detail::by_membarrier;
    EXPECT_TRUE(allowed || !decided);
    EXPECT_EQ(segment_.header().membarrier, decided ? 1u : 0u);
    ChildProcess child([&] {
      const Segment attached = Segment::attach(::getppid(), segment_.fd());
      fences_init(!decided);
      fences_follow(attached);
      return fences_detail::by_membarrier == decided ? 0 : 1;
    });
    EXPECT_EQ(child.wait(), 0);
  }
}

TEST_F(Fences, WithoutMembarrierTheCreatorUsesFullFencesAndAFollowerRefusesToJoin) {
  if (!register_membarrier()) GTEST_SKIP() << "no membarrier here";
  fences_decide(segment_, true);
  ChildProcess child([&] {
    if (!refuse_system_call(SYS_membarrier)) return 77;
    try {
      fences_follow(segment_);
      return 1;
    } catch (const SegmentError&) {
    }
    Segment own = Segment::create(1 << 16);
    fences_decide(own, true);
    heavy_fence();
    return own.header().membarrier == 0 && !fences_detail::by_membarrier ? 0 : 2;
  });
  const int status = child.wait();
  if (status == 77) GTEST_SKIP() << "no system call filters here";
  EXPECT_EQ(status, 0);
}

TEST_F(Fences, RegistrationMayBeRepeated) {
  const bool possible = register_membarrier();
  EXPECT_EQ(register_membarrier(), possible);
  EXPECT_EQ(fences_init(true), possible);
  heavy_fence();
}

}  // namespace
}  // namespace mpyx::memory
