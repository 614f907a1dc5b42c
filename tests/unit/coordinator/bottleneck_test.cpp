#include "coordinator/bottleneck.hpp"

#include <gtest/gtest.h>

namespace mpyx::coordinator {
namespace {

using Kind = StageGroup::Kind;

StageUsage stage(const std::string& name, int replicas, double load, Kind kind = Kind::stage) {
  StageUsage made;
  made.name = made.label = name;
  made.kind = kind;
  made.replicas = replicas;
  made.load = load;
  return made;
}

TEST(Bottleneck, IsNamedWithWhatWouldHelp) {
  // 4 of 98 % do 3.92 replicas' work; enhance could do 1 / 0.49 times as much: that takes 8 of resize, and watermark then
  // has 2 x 0.2 / 0.49 = 0.82 replicas' work.
  EXPECT_EQ(bottleneck({stage("read", 1, 0.1, Kind::source), stage("resize", 4, 0.98), stage("enhance", 1, 0.49),
                        stage("watermark", 2, 0.2)}),
            "resize is 98% busy: 4 more would match enhance; watermark needs 1 of its 2");
}

TEST(Bottleneck, OfASourceIsTheSource) {
  EXPECT_EQ(bottleneck({stage("read", 1, 0.97, Kind::source), stage("resize", 1, 0.3)}),
            "read is 97% busy: it is the source, and the others wait for it");
}

TEST(Bottleneck, MayBeMain) {
  EXPECT_EQ(bottleneck({stage("read", 1, 0.1, Kind::source), stage("main()", 1, 0.99, Kind::main)}),
            "main() is 99% busy: it takes what the last stages put no faster");
}

TEST(Bottleneck, OfOneStageAloneIsHelpedByMoreOfIt) {
  EXPECT_EQ(bottleneck({stage("work", 1, 1.0), stage("sink", 1, 0.0)}), "work is 100% busy: more of it would help");
}

TEST(Bottleneck, OfEquallyBusyStagesIsTheOneWithMostBeforeIt) {
  auto first = stage("first", 1, 0.99), second = stage("second", 1, 0.98);
  second.waiting = 100;
  second.capacity = 100;
  EXPECT_EQ(bottleneck({first, second}), "second is 98% busy: so is first");
}

TEST(Bottleneck, IsNoneWhereNobodyWorksMuch) {
  EXPECT_EQ(bottleneck({stage("a", 1, 0.2), stage("b", 1, 0.3)}), "no bottleneck: the busiest is b with 30%");
}

TEST(Bottleneck, IsNotSpokenOfWhenNothingRan) { EXPECT_EQ(bottleneck({stage("a", 1, 0)}), ""); }

TEST(Bottleneck, AdviceHasALimit) {
  EXPECT_EQ(bottleneck({stage("slow", 1, 1.0), stage("fast", 1, 0.001)}),
            "slow is 100% busy: with 32 more it would still be the slowest");
}

TEST(Bottleneck, FarmsAreNotMadeSmallerThanOne) {
  EXPECT_EQ(bottleneck({stage("slow", 1, 0.9), stage("fast", 3, 0.01)}),
            "slow is 90% busy: with 32 more it would still be the slowest; fast needs 2 of its 3");
}

}  // namespace
}  // namespace mpyx::coordinator
