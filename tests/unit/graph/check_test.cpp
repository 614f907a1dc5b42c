#include "graph/check.hpp"

#include "sample.hpp"

#include <gtest/gtest.h>

#include <random>

namespace mpyx::graph {
namespace {

using sample::Sample;

std::string problem_of(const Graph& graph) { return check(graph).value_or(""); }

TEST(Check, FindsNothingWrongWithGoodGraphs) {
  EXPECT_EQ(problem_of(sample::documented()), "");
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const Graph graph = sample::random_graph(random, 40, 3, true);
    EXPECT_EQ(problem_of(graph), "") << graph;
  }
}

TEST(Check, NamesTheStageThatHasNoSource) {
  Sample s;
  auto a = s.stage("resize", "Image", "Image");
  EXPECT_EQ(
      problem_of(s.graph(s.serial({a, s.stage("b")}))),
      "no source: stage 'resize' takes Image and nothing comes before it. Begin the pipeline with a source, such as "
      "Iter(...), Const(...) or a stage derived from F<void, Image>");
}

TEST(Check, AcceptsAPipelineThatTheCoordinatorFeeds) {
  Graph::Node node;
  node.name = "fix";
  node.takes = "int";
  node.inputs = {0};
  Graph::Channel link;
  link.consumers = {0};
  link.inlet = true;
  EXPECT_EQ(problem_of(Graph({Graph::Kind::serial, -1, {{Graph::Kind::stage, 0, {}, {}}}, {}}, {node}, {link})), "");
}

TEST(Check, RefusesASourceBehindAStage) {
  Sample s;
  auto a = s.source("a");
  auto b = s.source("b");
  EXPECT_EQ(problem_of(s.graph(s.serial({a, b}))),
            "stage 'b' is a source, which takes no items, but stage 'a' comes before it. Move it to the beginning of a "
            "pipeline, or give it an input type");
}

TEST(Check, RefusesAnEmptyVector) {
  Sample s;
  EXPECT_EQ(
      problem_of(s.graph(s.serial({s.source("a"), s.parallel({})}))),
      "an empty vector: P(...) or As(...) was given no stages. Put at least one stage into the vector, ask for at "
      "least one replica, or leave that part out");
}

TEST(Check, RefusesAnEmptyPipeline) {
  EXPECT_NE(problem_of(Graph()).find("EZ(...) was given no stages"), std::string::npos);
}

TEST(Check, RefusesIdsThatAreNotThere) {
  Graph::Node node;
  node.name = "a";
  node.outputs = {3};
  const Graph::Part root{Graph::Kind::serial, -1, {{Graph::Kind::stage, 0, {}, {}}}, {}};
  EXPECT_NE(problem_of(Graph(root, {node}, {})).find("not consistent"), std::string::npos);
  EXPECT_NE(problem_of(Graph(root, {}, {})).find("not consistent"), std::string::npos);
}

TEST(Check, RefusesAChannelThatNobodyReads) {
  Graph::Node node;
  node.name = "a";
  node.gives = "int";
  node.outputs = {0};
  Graph::Channel link;
  link.producers = {0};
  const Graph::Part root{Graph::Kind::serial, -1, {{Graph::Kind::stage, 0, {}, {}}}, {}};
  EXPECT_NE(problem_of(Graph(root, {node}, {link})).find("nothing takes what 'a' puts"), std::string::npos);
}

}  // namespace
}  // namespace mpyx::graph
