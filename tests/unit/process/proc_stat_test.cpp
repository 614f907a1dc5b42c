#include "process/proc_stat.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace mpyx::process {
namespace {

TEST(ProcStat, OfThisProcess) {
  const auto stat = read_proc_stat(::getpid());
  ASSERT_TRUE(stat);
  EXPECT_GT(stat->start_time, 0U);
}

TEST(ProcStat, OfNobodyIsNothing) { EXPECT_FALSE(read_proc_stat(0)); }

// The file can be opened and not be read any more when its process goes in between.
TEST(ProcStat, OfAProcessThatGoesMeanwhileIsNothing) {
  for (int round = 0; round < 300; ++round) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(0);
    std::jthread reaper{[child] { ::waitpid(child, nullptr, 0); }};
    while (read_proc_stat(child)) {
    }
  }
}

}  // namespace
}  // namespace mpyx::process
