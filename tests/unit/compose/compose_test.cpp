#include <gtest/gtest.h>
#include <mpyx/mpyx.hpp>

#include <optional>
#include <ranges>
#include <sstream>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace {

using namespace mpyx;

struct Load : F<int, std::string> {
  void process(int) override {}
};
struct Work : F<std::string, std::string> {
  void process(std::string) override {}
};
struct Save : F<std::string, void> {
  void process(std::string) override {}
};
struct Numbers : F<void, int> {};
template <class T>
struct Generic : F<T, T> {
  void process(T item) override { this->put(item); }
};

int twice(int x) { return 2 * x; }
double half(const int& x) noexcept { return x / 2.0; }
std::optional<int> odd(int x) { return x % 2 != 0 ? std::optional{x} : std::nullopt; }

std::string text(const auto& pipeline) {
  std::ostringstream out;
  out << pipeline.graph();
  return out.str();
}

TEST(Compose, GraphTextShowsTheNesting) {
  EXPECT_EQ(text(EZ(Numbers{})), "[Numbers]");
  EXPECT_EQ(text(EZ(Numbers{}, Load{}, Save{})), "[Numbers, Load, Save]");
  EXPECT_EQ(text(EZ(S(Numbers{}, Load{}))), "[Numbers, Load]");
  EXPECT_EQ(text(EZ(Numbers{}, S(Load{}, Work{}), Save{})), "[Numbers, [Load, Work], Save]");
  EXPECT_EQ(text(EZ(Numbers{}, As(3, Load{}), By(2, Work{}))), "[Numbers, (Load, Load, Load), {Work, Work}]");
  EXPECT_EQ(text(EZ(Numbers{}, Load{}, B(Save{}, S(As(2, Work{}), Work{})))),
            "[Numbers, Load, {Save, [(Work, Work), Work]}]");
  EXPECT_EQ(text(EZ(Numbers{}, P(B(Load{}, Load{}), Load{}))), "[Numbers, ({Load, Load}, Load)]");
  EXPECT_EQ(text(EZ(Numbers{}, Load{}, std::vector<Work>(2))), "[Numbers, Load, [Work, Work]]");
  EXPECT_EQ(text(EZ(Numbers{}, P(std::vector<Load>(2)))), "[Numbers, (Load, Load)]");
}

TEST(Compose, StagesAreCalledAsTheUserWroteThem) {
  EXPECT_EQ(text(EZ(Numbers{}, twice, &half)), "[Numbers, twice, half]");
  EXPECT_EQ(text(EZ(
                Numbers{}, [](int x) { return x; }, Generic<int>{})),
            "[Numbers, lambda, Generic]");
  EXPECT_EQ(text(EZ(Numbers{}, Map(twice).named("doubled"), Filter([](int) { return true; }))),
            "[Numbers, doubled, Filter]");
}

TEST(Compose, TypesAreInferredLeftToRight) {
  const auto same = [](auto x) { return x; };
  static_assert(std::is_same_v<decltype(EZ(Numbers{}, twice))::value_type, int>);
  static_assert(std::is_same_v<decltype(EZ(Numbers{}, half))::value_type, double>);
  static_assert(std::is_same_v<decltype(EZ(Numbers{}, odd))::value_type, int>);
  static_assert(std::is_same_v<decltype(EZ(Numbers{}, Load{}, same, Work{}))::value_type, std::string>);
  static_assert(std::is_same_v<decltype(EZ(Numbers{}, B(twice, half)))::value_type, std::variant<int, double>>);
  static_assert(std::is_same_v<decltype(EZ(Numbers{}, B(Load{}, S(Load{}, Save{}))))::value_type, std::string>);
  static_assert(std::is_same_v<decltype(EZ(Numbers{}, Batch{2}, Batch{2}))::value_type, std::vector<std::vector<int>>>);
  static_assert(std::is_same_v<decltype(EZ(Numbers{}, Print{}, Filter(same)))::value_type, int>);
  static_assert(std::is_same_v<decltype(EZ(Numbers{}, Load{}, Save{}))::value_type, void>);
  static_assert(std::is_same_v<decltype(EZ(P(Numbers{}, Const(1.5))))::value_type, std::variant<int, double>>);
  SUCCEED();
}

TEST(Compose, APipelineInsideAnotherIsItsParts) {
  const auto front = EZ(Numbers{}, Load{});
  const auto work = EZ(Work{}, As(2, Work{}));
  static_assert(std::is_same_v<decltype(EZ(front, work))::value_type, std::string>);
  EXPECT_EQ(EZ(front, work, work).graph().stages(), 8U);
  EXPECT_EQ(EZ(front, P(work, work)).graph().stages(), 8U);
  EXPECT_EQ(front.graph().stages(), 2U);
}

TEST(Compose, ChannelsFollowTheShape) {
  EXPECT_EQ(EZ(Numbers{}, Load{}, Save{}).graph().channels(), 2U);
  EXPECT_EQ(EZ(Numbers{}, As(3, Load{}), Save{}).graph().channels(), 2U);  // shared
  EXPECT_EQ(EZ(Numbers{}, By(3, Load{}), Save{}).graph().channels(), 4U);  // one each
  EXPECT_EQ(EZ(Numbers{}, Load{}).graph().channels(), 2U);                 // the outlet counts
  const Graph graph = EZ(Numbers{}, P(B(Load{}, Load{}), Load{})).graph();
  EXPECT_EQ(graph.stages(), 4U);  // without the relay
  EXPECT_EQ(graph.nodes().size(), 5U);
}

TEST(Compose, ReplicasKnowTheirNumber) {
  const Graph graph = EZ(Numbers{}, As(2, As(3, Load{}))).graph();
  std::vector<int> numbers;
  for (const auto& node : graph.nodes()) {
    if (node.name != "Load") continue;
    EXPECT_EQ(node.replicas, 6);
    numbers.push_back(node.replica);
  }
  EXPECT_EQ(numbers, (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

}  // namespace
