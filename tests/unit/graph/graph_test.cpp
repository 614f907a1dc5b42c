#include "sample.hpp"

#include <mpyx/graph.hpp>

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <sstream>
#include <stdexcept>

namespace mpyx::graph {
namespace {

namespace json = boost::json;

using sample::Sample;

std::string text_of(Sample& s, Graph::Part root) { return s.graph(std::move(root)).text(); }

TEST(Graph, PrintsTheDocumentedExample) {
  const Graph graph = sample::documented();
  std::ostringstream out;
  out << graph;
  EXPECT_EQ(out.str(), "[Iter, Load, {Log, [(Resize, Resize), Load]}]");
  EXPECT_EQ(graph.stages(), 6U);
  EXPECT_EQ(graph.channels(), 5U);
}

TEST(Graph, PrintsSeqAndZip) {
  Sample s;
  auto a = s.source("a");
  EXPECT_EQ(text_of(s, s.serial({a, s.seq(s.farm(2, "b")), s.zip({s.stage("c"), s.stage("d")})})),
            "[a, Seq((b, b)), Zip(c, d)]");
}

TEST(Graph, KeepsTheBracketsOfASerialInsideASerial) {
  Sample s;
  auto a = s.source("a");
  EXPECT_EQ(text_of(s, s.serial({a, s.serial({s.stage("b"), s.stage("c")})})), "[a, [b, c]]");
}

TEST(Graph, PrintsASerialThatIsTheWholeRootOnce) {
  Sample s;
  auto a = s.source("a");
  EXPECT_EQ(text_of(s, s.serial({s.serial({s.serial({a, s.stage("b")})})})), "[a, b]");
}

TEST(Graph, PrintsAGivenNameOnlyOfAStage) {
  Sample s;
  auto a = s.source("a");
  a.name = "first";
  auto inner = s.serial({s.stage("b")});
  inner.name = "unseen";
  EXPECT_EQ(text_of(s, s.serial({a, inner})), "[first, [b]]");
}

TEST(Graph, NeitherPrintsNorCountsInternalNodes) {
  Sample s;
  auto a = s.source("a");
  auto gate = s.stage("gate");
  s.node(gate).internal = true;
  const Graph graph = s.graph(s.serial({a, gate, s.serial({gate}), s.stage("b")}));
  EXPECT_EQ(graph.text(), "[a, b]");
  EXPECT_EQ(graph.stages(), 2U);
  EXPECT_EQ(graph.nodes().size(), 3U);
}

TEST(Graph, KeepsControlCharactersOfNamesOnTheLine) {
  Sample s;
  EXPECT_EQ(text_of(s, s.serial({s.source("a\nb\x1b[31m\xff ü")})), "[a\\nb\\x1b[31m\\xff ü]");
}

TEST(Graph, PrintsEmptyParts) {
  EXPECT_EQ(Graph().text(), "[]");
  EXPECT_EQ(Graph().layout(), "0 stages, 0 channels\n");
  Sample s;
  EXPECT_EQ(text_of(s, s.serial({s.source("a"), s.parallel({})})), "[a, ()]");
}

TEST(Graph, KnowsNeighbours) {
  const Graph graph = sample::documented();
  EXPECT_EQ(graph.predecessors(0), std::vector<int>{});
  EXPECT_EQ(graph.successors(1), (std::vector<int>{2, 3, 4}));
  EXPECT_EQ(graph.predecessors(5), (std::vector<int>{3, 4}));
  EXPECT_THROW(static_cast<void>(graph.predecessors(6)), std::out_of_range);
  EXPECT_THROW(static_cast<void>(graph.successors(-1)), std::out_of_range);
}

TEST(GraphJson, TellsEverything) {
  const Graph graph = sample::documented();
  const json::value parsed = json::parse(graph.json());
  EXPECT_EQ(parsed.at("text").as_string(), graph.text());
  EXPECT_EQ(parsed.at("stages").as_int64(), 6);
  ASSERT_EQ(parsed.at("nodes").as_array().size(), 6U);
  ASSERT_EQ(parsed.at("links").as_array().size(), 5U);
  const json::value& resize = parsed.at("nodes").at(4);
  EXPECT_EQ(resize.at("name").as_string(), "Resize");
  EXPECT_EQ(resize.at("replica").as_int64(), 1);
  EXPECT_EQ(resize.at("replicas").as_int64(), 2);
  EXPECT_EQ(json::value_to<std::vector<int>>(resize.at("inputs")), graph.nodes()[4].inputs);
  EXPECT_TRUE(resize.at("rank").is_null());
  EXPECT_EQ(parsed.at("root").at("parts").at(2).at("kind").as_string(), "broadcast");
  EXPECT_EQ(parsed.at("root").at("parts").at(0).at("node").as_int64(), 0);
}

TEST(GraphJson, EscapesNamesAndRepairsBytesThatAreNoText) {
  Sample s;
  const std::string name = "say \"hi\"\\\n";
  const json::value parsed = json::parse(s.graph(s.serial({s.source(name), s.stage("\xff")})).json());
  EXPECT_EQ(parsed.at("nodes").at(0).at("name").as_string(), name);
  EXPECT_EQ(parsed.at("nodes").at(1).at("name").as_string(), "\xEF\xBF\xBD");
}

TEST(GraphJson, KeepsTheOrderOfKeys) {
  EXPECT_EQ(Graph().json(),
            R"({"text":"[]","stages":0,"channels":0,"root":{"kind":"serial","parts":[]},"nodes":[],"links":[]})");
}

TEST(GraphJson, TellsWhereAPlacedNodeRuns) {
  const Graph graph = sample::documented();
  const Cluster hosts = sample::cluster({8});
  const json::value parsed = json::parse(placed(graph, hosts, sample::plan_of(graph, hosts, Policy::pack)).json());
  EXPECT_EQ(parsed.at("nodes").at(0).at("rank").as_int64(), 1);
  EXPECT_EQ(parsed.at("nodes").at(0).at("host").as_string(), "h0");
}

}  // namespace
}  // namespace mpyx::graph
