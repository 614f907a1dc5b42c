#include <gtest/gtest.h>

#include <stdexcept>

#include "topology/host.hpp"

namespace mpyx::topology {
namespace {

RankRecord record(int rank, const char* host, std::uint64_t identity, int cores = 2) {
  return {.rank = rank,
          .pid = 100 + rank,
          .host = {.name = host, .identity = identity, .cores = cores, .memory = 1000},
          .build_id = "aa",
          .program = "/bin/p"};
}

TEST(Topology, GroupsRanksByIdentityInOrderOfFirstRank) {
  const auto topology = make_topology({record(3, "a", 7), record(1, "b", 5, 4), record(0, "a", 7), record(2, "b", 5)});
  ASSERT_EQ(topology.hosts.size(), 2U);
  EXPECT_EQ(topology.size(), 4);
  EXPECT_EQ(topology.hosts[0].name, "a");
  EXPECT_EQ(topology.hosts[0].ranks, (std::vector<int>{0, 3}));
  EXPECT_EQ(topology.hosts[0].slots, 1);
  EXPECT_EQ(topology.hosts[1].first_rank, 1);
  EXPECT_EQ(topology.hosts[1].slots, 2);
  EXPECT_EQ(topology.hosts[1].cores, 4);
  EXPECT_EQ(topology.host_of_rank, (std::vector<int>{0, 1, 1, 0}));
}

TEST(Topology, KeepsHostsOfOneNameApart) {
  const auto topology = make_topology({record(0, "a", 1), record(1, "a", 2)});
  EXPECT_EQ(topology.hosts.size(), 2U);
}

TEST(Topology, LoneRankHasASlot) { EXPECT_EQ(make_topology({record(0, "a", 1)}).hosts[0].slots, 1); }

TEST(Topology, RefusesMissingAndRepeatedRanks) {
  EXPECT_THROW(make_topology({record(0, "a", 1), record(2, "a", 1)}), std::invalid_argument);
  EXPECT_THROW(make_topology({record(0, "a", 1), record(0, "a", 1)}), std::invalid_argument);
  EXPECT_TRUE(make_topology({}).hosts.empty());
}

TEST(Topology, FindsHostsWithAndWithoutDomain) {
  const auto topology = make_topology({record(0, "n1", 1), record(1, "n2.cluster.org", 2), record(2, "10.0.0.3", 3)});
  EXPECT_EQ(find_host(topology, "n1"), 0);
  EXPECT_EQ(find_host(topology, "n1.cluster.org"), 0);
  EXPECT_EQ(find_host(topology, "n2"), 1);
  EXPECT_EQ(find_host(topology, "n2.other.org"), std::nullopt);
  EXPECT_EQ(find_host(topology, "10.0.0.4"), std::nullopt);
  EXPECT_EQ(find_host(topology, "n3"), std::nullopt);
}

TEST(Topology, NamesTheFirstRankOfAnotherBuild) {
  std::vector<RankRecord> records{record(0, "a", 1), record(1, "b", 2), record(2, "b", 2)};
  EXPECT_EQ(build_mismatch(records), std::nullopt);
  EXPECT_EQ(build_mismatch({}), std::nullopt);
  records[1].build_id = "bb";
  records[2].build_id = "bb";
  EXPECT_EQ(build_mismatch(records),
            "rank 1 on host b runs /bin/p with build id bb, but rank 0 on host a runs /bin/p with build id aa (and 1 "
            "more ranks differ): copy the same executable to every host");
}

}  // namespace
}  // namespace mpyx::topology
