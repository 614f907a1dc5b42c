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
int plus(int x, int more) { return x + more; }
bool even(int x) { return x % 2 == 0; }
std::vector<int> pair(int x) { return {x, x}; }
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
  EXPECT_EQ(text(EZ(Numbers{}, Map(plus, 100), Filter(even), FlatMap(pair), Map([](int x) { return x; }))),
            "[Numbers, plus, even, pair, Map]");
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

TEST(Compose, AHandleKeepsItsTypeThroughWhatItIsTold) {
  auto handle = stage(Load{});
  static_assert(std::is_same_v<decltype(handle.named("a")), decltype(handle)>);
  static_assert(std::is_same_v<decltype(handle.on("h1").on(Host{0})), decltype(handle)>);
  static_assert(std::is_same_v<decltype(handle.on_error(skip)), decltype(handle)>);
  EXPECT_EQ(text(EZ(Numbers{}, handle.named("a").on_error(skip))), "[Numbers, a]");
  handle.stop();  // before the start: nothing
  EXPECT_FALSE(handle.stopped());
}

std::string problem_of(const auto& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Compose, ACountBelowOneIsRefusedWithItsWord) {
  const std::vector<int> none;
  EXPECT_EQ(problem_of([] { As(-1, Load{}); }),
            "mpyx: As(-1, ...) is no number of replicas: give at least 1, or leave that part out");
  EXPECT_NE(problem_of([] { As<Load>(0); }).find("As(0, ...)"), std::string::npos);
  EXPECT_NE(problem_of([] { By(0, twice); }).find("By(0, ...)"), std::string::npos);
  EXPECT_NE(problem_of([&] { By<Load>(none.size() - 1); }).find("By(-1, ...)"), std::string::npos);
  EXPECT_EQ(EZ(Numbers{}, As(2U, Load{}), By(std::size_t{2}, Work{}), As<Work>(short{2})).graph().stages(), 7U);
}

TEST(Compose, AnEmptyVectorLeavesItsPlaceEmpty) {
  EXPECT_EQ(text(EZ(Numbers{}, P(std::vector<Load>{}), Save{})), "[Numbers, (), Save]");
  EXPECT_EQ(text(EZ(Numbers{}, Load{}, std::vector<Work>{})), "[Numbers, Load, []]");
  EXPECT_EQ(text(EZ(Numbers{}, Load{}, Seq(B(std::vector<Work>{})))), "[Numbers, Load, Seq({})]");
}

struct Image {
  int width = 0;
};

TEST(Compose, APointerToADataMemberIsAFunction) {
  const auto widths = EZ(Const(Image{7}, 1), Map(&Image::width), Map(plus, 1));
  static_assert(std::is_same_v<decltype(widths)::value_type, int>);
  EXPECT_EQ(text(widths), "[Const, Map, plus]");
}

TEST(Compose, ADeadLetterSaysWhatItHoldsAndWhatWasAskedFor) {
  DeadLetter letter;
  letter.stage = "half";
  letter.type = typeid(std::vector<int>).name();
  const std::string problem = problem_of([&] { letter.item<double>(); });
  EXPECT_NE(problem.find("stage 'half' holds an item of type std::vector<int>, not double"), std::string::npos)
      << problem;
}

}  // namespace
