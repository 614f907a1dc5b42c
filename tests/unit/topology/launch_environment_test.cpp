#include "topology/launch_environment.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace mpyx::topology {
namespace {

LaunchEnvironment with(const std::map<std::string, std::string>& variables) {
  return launch_environment([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST(LaunchEnvironment, IsAloneWithoutLauncher) {
  EXPECT_FALSE(with({}).under_launcher);
  EXPECT_TRUE(with({}).alone());
}

TEST(LaunchEnvironment, SlurmJobAloneIsNoLauncher) {
  EXPECT_TRUE(with({{"SLURM_JOB_ID", "5"}, {"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}}).alone());
}

TEST(LaunchEnvironment, ReadsMpirun) {
  const auto found = with({{"OMPI_COMM_WORLD_SIZE", "4"},
                           {"OMPI_COMM_WORLD_RANK", "3"},
                           {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                           {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
  EXPECT_TRUE(found.under_launcher);
  EXPECT_FALSE(found.alone());
  EXPECT_EQ(found.size, 4);
  EXPECT_EQ(found.rank, 3);
  EXPECT_EQ(found.local_rank, 1);
  EXPECT_EQ(found.local_size, 2);
}

TEST(LaunchEnvironment, WorldOfOneIsAlone) { EXPECT_TRUE(with({{"OMPI_COMM_WORLD_SIZE", "1"}}).alone()); }

TEST(LaunchEnvironment, ReadsPmixWithoutSize) {
  const auto found = with({{"PMIX_RANK", "2"}});
  EXPECT_TRUE(found.under_launcher);
  EXPECT_FALSE(found.alone());
  EXPECT_EQ(found.rank, 2);
  EXPECT_EQ(found.size, std::nullopt);
}

TEST(LaunchEnvironment, IgnoresWhatIsNoNumber) {
  for (const char* text : {"", "x", "-1", "4x", "99999999999999"}) {
    EXPECT_TRUE(with({{"OMPI_COMM_WORLD_SIZE", text}, {"PMIX_RANK", text}}).alone()) << text;
  }
}

}  // namespace
}  // namespace mpyx::topology
