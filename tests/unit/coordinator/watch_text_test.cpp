#include "coordinator/watch_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>

#include "graph/names.hpp"

namespace mpyx::coordinator {
namespace {

TEST(ShortCount, TakesFourColumns) {
  EXPECT_EQ(short_count(0), "0");
  EXPECT_EQ(short_count(9999), "9999");
  EXPECT_EQ(short_count(10000), "10k");
  EXPECT_EQ(short_count(999999), "999k");
  EXPECT_EQ(short_count(1234567), "1.2M");
  EXPECT_EQ(short_count(~0ULL), "18E");
}

TEST(ShortRate, TakesFiveColumns) {
  EXPECT_EQ(short_rate(0), "0");
  EXPECT_EQ(short_rate(0.25), "0.25");
  EXPECT_EQ(short_rate(12.34), "12.3");
  EXPECT_EQ(short_rate(999.4), "999");
  EXPECT_EQ(short_rate(999.6), "1.00k");
  EXPECT_EQ(short_rate(98765), "98.8k");
  EXPECT_EQ(short_rate(1.5e6), "1.50M");
}

TEST(ShortTime, TakesSixColumns) {
  EXPECT_EQ(short_time(0), "0");
  EXPECT_EQ(short_time(12'000'000), "12ms");
  EXPECT_EQ(short_time(3'450'000'000), "3.4s");
  EXPECT_EQ(short_time(30'000'000'000), "30.0s");
  EXPECT_EQ(short_time(754'000'000'000), "12m34s");
  EXPECT_EQ(short_time(45'240'000'000'000), "12h34m");
}

StageUsage farm() {
  StageUsage stage;
  stage.name = "resize";
  stage.label = "resize x 4";
  stage.replicas = 4;
  stage.rate = 1000;
  stage.items = 12345;
  stage.busy = {95, 98, 99};
  stage.starved = {0, 1, 4};
  stage.blocked = {0, 0, 1};
  stage.load = 0.98;
  stage.has_input = true;
  stage.waiting = 1022;
  stage.capacity = 1022;
  stage.longest_blocked_ns = 1'500'000'000;
  return stage;
}

TEST(WatchTable, HasALineForEachStage) {
  StageUsage source;
  source.name = source.label = "read";
  source.kind = StageGroup::Kind::source;
  source.rate = 1000;
  source.busy = {2, 2, 2};
  source.blocked = {98, 98, 98};
  source.load = 0.02;
  StageUsage main;
  main.name = main.label = "main()";
  main.kind = StageGroup::Kind::main;
  main.state = StageUsage::State::not_started;
  main.has_input = true;
  main.capacity = 1022;
  EXPECT_EQ(watch_table("pipeline 1, 3.0s", {source, farm(), main}),
            "# pipeline 1, 3.0s     items/s       busy %    starved %    blocked %    waiting\n"
            "# read                   1.00k            2            0           98\n"
            "# resize x 4             1.00k     95/98/99        0/1/4        0/0/1  1022/1022\n"
            "# main()                     0  not reading                               0/1022\n"
            "# resize is 98% busy: with 32 more it would still be the slowest\n");
}

TEST(SummaryTable, TellsItemsAndTheLongestWaitForRoom) {
  EXPECT_EQ(summary_table("pipeline 1 after 12.3s", {farm()}),
            "# summary of pipeline 1 after 12.3s\n"
            "#                          items       busy %    starved %    blocked %  longest\n"
            "# resize x 4                 12k     95/98/99        0/1/4        0/0/1     1.5s\n"
            "# resize is 98% busy: more of it would help\n");
}

TEST(Remark, BreaksBetweenWords) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "word" + std::to_string(i) + " ";
  std::istringstream lines{remark(text)};
  std::string line;
  int count = 0;
  while (std::getline(lines, line)) {
    EXPECT_LE(line.size(), 80U) << line;
    EXPECT_EQ(line.substr(0, 2), "# ");
    ++count;
  }
  EXPECT_GT(count, 2);
}

RC_GTEST_PROP(WatchTable, IsNeverWiderThan80Columns, ()) {
  const auto replicas = *rc::gen::inRange(1, 5000);
  StageUsage stage = farm();
  stage.name = *rc::gen::container<std::string>(rc::gen::inRange('a', 'z'));
  if (*rc::gen::arbitrary<bool>()) stage.name += "größe";
  stage.label = stage.name + " x " + std::to_string(replicas);
  stage.replicas = replicas;
  stage.rate = static_cast<double>(*rc::gen::arbitrary<std::uint32_t>()) * *rc::gen::inRange(1, 100000);
  stage.items = *rc::gen::arbitrary<std::uint64_t>();
  stage.waiting = stage.capacity = *rc::gen::arbitrary<std::uint64_t>();
  stage.busy = stage.starved = stage.blocked = {100, 100, 100};
  stage.longest_blocked_ns = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 50);
  stage.state = *rc::gen::element(StageUsage::State::running, StageUsage::State::finished);
  for (const auto& table : {watch_table(stage.name, {stage, stage}), summary_table(stage.name, {stage, stage})}) {
    std::istringstream lines{table};
    std::string line;
    while (std::getline(lines, line)) RC_ASSERT(graph::columns(line) <= 80U);
  }
}

}  // namespace
}  // namespace mpyx::coordinator
