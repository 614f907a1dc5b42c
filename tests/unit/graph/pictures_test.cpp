#include "graph/names.hpp"
#include "sample.hpp"

#include <mpyx/graph.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace mpyx::graph {
namespace {

using sample::cluster;
using sample::Sample;

Graph placed_on(const Graph& graph, const Cluster& hosts) {
  return placed(graph, hosts, sample::plan_of(graph, hosts, Policy::pack));
}

TEST(Layout, ShowsTheTree) {
  EXPECT_EQ(sample::documented().layout(),
            "6 stages, 5 channels\n"
            "├─ Iter\n"
            "├─ Load\n"
            "└─ broadcast\n"
            "   ├─ Log\n"
            "   └─ serial\n"
            "      ├─ Resize x 2\n"
            "      └─ Load\n");
}

TEST(Layout, ShowsRankAndHostOncePlaced) {
  EXPECT_EQ(placed_on(sample::documented(), cluster({8})).layout(),
            "6 stages, 5 channels, 6 ranks on 1 host\n"
            "├─ Iter              rank 1 @ h0\n"
            "├─ Load              rank 2 @ h0\n"
            "└─ broadcast\n"
            "   ├─ Log            rank 3 @ h0\n"
            "   └─ serial\n"
            "      ├─ Resize x 2  ranks 4-5 @ h0\n"
            "      └─ Load        rank 6 @ h0\n");
}

TEST(Layout, FoldsReplicasOfSeveralStages) {
  Sample s;
  auto a = s.source("a");
  std::vector<Graph::Part> chains;
  for (int i = 0; i < 3; ++i) chains.push_back(s.serial({s.stage("b"), s.farm(2, "c")}));
  EXPECT_EQ(s.graph(s.serial({a, s.parallel(chains)})).layout(),
            "10 stages, 5 channels\n"
            "├─ a\n"
            "└─ serial x 3\n"
            "   ├─ b x 3\n"
            "   └─ c x 6\n");
}

TEST(Layout, ShowsAReplicaThatDiffersOnItsOwn) {
  Sample s;
  auto a = s.source("a");
  auto farm = s.farm(3, "b");
  s.node(farm.parts[0]).notes = {"Queue q1", "Event e"};
  EXPECT_EQ(s.graph(s.serial({a, farm})).layout(),
            "4 stages, 2 channels\n"
            "├─ a\n"
            "└─ parallel\n"
            "   ├─ b 1/3  [Queue q1, Event e]\n"
            "   └─ b x 2\n");
}

TEST(Layout, ShowsPinsBeforeThePlacement) {
  Sample s;
  auto a = s.source("a");
  s.node(a).on_coordinator = true;
  auto b = s.stage("b");
  s.node(b).pin_host = "gpu1";
  auto c = s.stage("c");
  s.node(c).pin_host_index = 1;
  EXPECT_EQ(s.graph(s.serial({a, b, c})).layout(),
            "3 stages, 3 channels\n"
            "├─ a  on the coordinator\n"
            "├─ b  on gpu1\n"
            "└─ c  on host 1\n");
}

TEST(Layout, StaysWithinAHundredColumns) {
  Sample s;
  auto a = s.source("a");
  auto farm = s.farm(300, "Resize");
  s.node(a).notes = {std::string(40, 'q'), std::string(40, 'r')};
  const Graph graph = s.graph(s.serial({a, farm, s.stage("end")}));
  const Cluster hosts = cluster(std::vector<int>(60, 6));
  std::istringstream lines(placed(graph, hosts, sample::plan_of(graph, hosts, Policy::spread)).layout());
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(columns(line), 100U) << line;
    all += line + "\n";
  }
  EXPECT_NE(all.find("├─ Resize x 300  300 ranks on 60 hosts\n"), std::string::npos) << all;
}

// Every statement of the document, as the language's grammar allows it, or a failure.
struct DotParts {
  std::set<std::string> nodes;
  std::map<std::string, std::string> labels;
  std::set<std::pair<std::string, std::string>> edges;
  int clusters = 0;
};

DotParts read_dot(const std::string& text) {
  const std::string quoted = R"re("((?:[^"\\]|\\.)*)")re";
  const std::regex node(R"re(\s*(\w+) \[(?:label=)re" + quoted + R"re()?[^"]*\];)re");
  const std::regex edge(R"re(\s*(\w+) -> (\w+)(?: \[(?:label=)re" + quoted + R"re(|dir=none)\])?;)re");
  const std::regex other(R"re(\s*(?:rankdir=LR;|label=)re" + quoted +
                         R"re(;|(?:node|edge) \[.*\];|\}|digraph mpyx \{))re");
  DotParts out;
  std::istringstream lines(text);
  int depth = 0;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (line.find("subgraph cluster_") != std::string::npos) ++out.clusters;
    if (!line.empty() && line.back() == '{') ++depth;
    if (!line.empty() && line.back() == '}') --depth;
    if (std::regex_match(line, other) || line.find("subgraph cluster_") != std::string::npos) continue;
    if (std::regex_match(line, match, edge)) {
      out.edges.emplace(match[1], match[2]);
    } else if (std::regex_match(line, match, node)) {
      out.nodes.insert(match[1]);
      out.labels[match[1]] = match[2];
    } else {
      ADD_FAILURE() << "no statement: " << line;
    }
  }
  EXPECT_EQ(depth, 0);
  for (const auto& [from, to] : out.edges) {
    EXPECT_TRUE(out.nodes.contains(from)) << from;
    EXPECT_TRUE(out.nodes.contains(to)) << to;
  }
  return out;
}

TEST(Dot, DrawsOneBoxPerFarmAndOneLinePerChannel) {
  const std::string text = sample::documented().dot();
  EXPECT_EQ(text.rfind("digraph", 0), 0U);
  const DotParts dot = read_dot(text);
  EXPECT_EQ(dot.nodes.size(), 6U);  // five boxes and the coordinator
  EXPECT_EQ(dot.labels.at("n3"), "Resize x 2");
  EXPECT_EQ(dot.edges.size(), 5U);
  EXPECT_EQ(dot.clusters, 0);
}

TEST(Dot, DrawsHostsAsClusters) {
  const DotParts dot = read_dot(placed_on(sample::documented(), cluster({4, 4})).dot());
  EXPECT_EQ(dot.clusters, 2);
}

TEST(Dot, EscapesNames) {
  Sample s;
  const DotParts dot = read_dot(s.graph(s.serial({s.source("say \"hi\"\\"), s.stage("two\nlines")})).dot());
  EXPECT_EQ(dot.labels.at("n0"), R"(say \"hi\"\\)");
  EXPECT_EQ(dot.labels.at("n1"), R"(two\\nlines)");
}

TEST(Dot, GivesAChannelOfManyBoxesAPoint) {
  Sample s;
  auto a = s.source("a");
  auto first = s.parallel({s.stage("b"), s.stage("c")});
  auto second = s.parallel({s.stage("d"), s.stage("e")});
  const DotParts dot = read_dot(s.graph(s.serial({a, first, second})).dot());
  EXPECT_EQ(std::ranges::count_if(dot.nodes, [](const auto& name) { return name[0] == 'c' && name.size() < 4; }), 1);
  EXPECT_EQ(dot.edges.size(), 2U + 4U + 2U);
}

TEST(Dot, StaysReadableForBigFarms) {
  Sample s;
  auto a = s.source("a");
  auto first = s.farm(500, "f");
  auto second = s.farm(500, "g");
  EXPECT_EQ(read_dot(s.graph(s.serial({a, first, second})).dot()).nodes.size(), 4U);
}

TEST(Names, ListRanksInRanges) {
  EXPECT_EQ(ranks_text({3}), "rank 3");
  EXPECT_EQ(ranks_text({3, 4, 5, 9, 11, 12}), "ranks 3-5,9,11-12");
}

}  // namespace
}  // namespace mpyx::graph
