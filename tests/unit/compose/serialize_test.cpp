#include <gtest/gtest.h>
#include <mpyx/mpyx.hpp>

#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include <array>
#include <chrono>
#include <complex>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "round_trip.hpp"

namespace {

using namespace mpyx_test;

using mpyx::detail::plain;
using mpyx::detail::serializable;

struct HasPointer {
  int* where = nullptr;
};
struct HasView {
  std::string_view text;
};
struct HasReference {
  int& where;
};
struct Nested {
  HasPointer inside;
};
union Either {
  int a;
  float b;
};
enum class Colour { red, green };
struct Place {
  Place(double east, double north) : x{east}, y{north} {}
  double x, y;
};
struct PlaceOf {
  explicit PlaceOf(Place& of) : where{of} {}
  Place& where;
};
struct Kept {
  int& where;
  Place place;
};

static_assert(plain<int> && plain<double> && plain<Colour> && plain<Padded> && plain<WithArray> &&
              plain<std::array<Padded, 2>>);
static_assert(plain<Place> && !plain<PlaceOf> && !plain<Kept>);
static_assert(!plain<HasPointer> && !plain<HasView> && !plain<HasReference> && !plain<Nested> && !plain<Either> &&
              !plain<int*>);
static_assert(!plain<std::string> && !plain<std::string_view> && !plain<std::nullptr_t> && !plain<int Padded::*>);
static_assert(!serializable<HasPointer> && !serializable<HasView> && !serializable<Nested> && !serializable<int*> &&
              !serializable<std::string_view> && !serializable<const char*> && !serializable<std::vector<int*>> &&
              !serializable<std::vector<HasPointer>> && !serializable<std::optional<std::string_view>> &&
              !serializable<std::variant<int, HasPointer>> && !serializable<std::map<std::string, HasView>> &&
              !serializable<std::pair<int, int*>> && !serializable<std::tuple<int, HasView>>);
static_assert(serializable<std::map<std::string, std::vector<int>>> && serializable<std::shared_ptr<std::string>> &&
              serializable<std::vector<bool>> && serializable<std::variant<int, std::string>>);

struct Point {  // cereal, with one argument
  int x = 0;
  std::vector<std::string> labels;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(x, labels);
  }
  bool operator==(const Point&) const = default;
};

struct Split {  // cereal, as a pair of functions
  int value = 0;
  template <class Archive>
  void save(Archive& archive) const {
    archive(value + 1);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(value);
    --value;
  }
  bool operator==(const Split&) const = default;
};

class Hidden {  // private, through the library's access
 public:
  Hidden() = default;
  explicit Hidden(std::string text) : text_{std::move(text)} {}
  bool operator==(const Hidden&) const = default;

 private:
  friend mpyx::access;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(text_);
  }
  std::string text_;
};

class Reading {  // private, Boost.Serialization
 public:
  Reading() = default;
  Reading(std::string sensor, std::vector<double> values) : sensor_{std::move(sensor)}, values_{std::move(values)} {}
  bool operator==(const Reading&) const = default;

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void serialize(Archive& archive, const unsigned int) {
    archive& sensor_& values_;
  }
  std::string sensor_;
  std::vector<double> values_;
};

struct Mixed {  // a Boost type among others in a class for cereal
  Reading reading;
  std::map<int, Reading> readings;
  std::optional<Reading> last;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(reading, readings, last);
  }
  bool operator==(const Mixed&) const = default;
};

static_assert(serializable<Point> && serializable<Split> && serializable<Hidden> && serializable<Reading> &&
              serializable<Mixed>);
static_assert(!plain<Split>);

TEST(Serialize, PlainValuesKeepTheirBytes) {
  EXPECT_EQ(round_trip(42), 42);
  EXPECT_EQ(round_trip(-0.5), -0.5);
  EXPECT_EQ(round_trip(Colour::green), Colour::green);
  EXPECT_EQ(round_trip(Padded{'a', 2.5, 3}), (Padded{'a', 2.5, 3}));
  const WithArray array{{1, 2, 3}, {'a', 'b', 'c', 'd', '\0'}};
  EXPECT_EQ(round_trip(array), array);
  EXPECT_EQ(encoded(Padded{}).size(), sizeof(Padded));
}

TEST(Serialize, ContiguousValuesAreCountAndBytes) {
  EXPECT_EQ(round_trip(std::string{"with\0zero", 9}), (std::string{"with\0zero", 9}));
  EXPECT_EQ(round_trip(std::string{}), "");
  EXPECT_EQ(round_trip(std::vector<double>{1, 2, 3}), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(round_trip(std::vector<Padded>(3)), std::vector<Padded>(3));
  EXPECT_EQ(encoded(std::string(100, 'x')).size(), 108U);
}

TEST(Serialize, AContiguousValueAtAnOddAddressIsRead) {
  std::vector<std::byte> bytes(1);
  const auto rest = encoded(std::vector<double>{1, 2, 3});
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  mpyx::detail::Reader reader{std::span<const std::byte>{bytes}.subspan(1)};
  EXPECT_EQ(mpyx::detail::decode<std::vector<double>>(reader), (std::vector<double>{1, 2, 3}));
}

TEST(Serialize, ALengthThatIsTooLargeIsNotTrusted) {
  auto bytes = encoded(std::vector<double>{1, 2, 3});
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = std::byte{0xff};
  mpyx::detail::Reader reader{bytes};
  EXPECT_THROW((void)mpyx::detail::decode<std::vector<double>>(reader), mpyx::Error);
}

TEST(Serialize, StandardContainersNest) {
  using Deep = std::map<std::string, std::vector<std::optional<std::tuple<int, std::string, std::pair<char, double>>>>>;
  const Deep deep{{"a", {std::nullopt, std::tuple{1, std::string{"x"}, std::pair{'c', 2.0}}}}, {"b", {}}};
  EXPECT_EQ(round_trip(deep), deep);
  EXPECT_EQ(round_trip(std::vector<bool>{true, false, true}), (std::vector<bool>{true, false, true}));
  EXPECT_EQ(round_trip(std::list<std::string>{"a", "b"}), (std::list<std::string>{"a", "b"}));
  EXPECT_EQ(round_trip(std::deque<int>{1, 2}), (std::deque<int>{1, 2}));
  EXPECT_EQ(round_trip(std::set<int>{3, 1}), (std::set<int>{1, 3}));
  EXPECT_EQ(round_trip(std::unordered_map<std::string, int>{{"a", 1}}),
            (std::unordered_map<std::string, int>{{"a", 1}}));
  EXPECT_EQ(round_trip(std::complex<double>{1, 2}), (std::complex<double>{1, 2}));
  EXPECT_EQ(round_trip(std::chrono::milliseconds{5}), std::chrono::milliseconds{5});
  EXPECT_EQ(round_trip(std::array<std::string, 2>{"a", "b"}), (std::array<std::string, 2>{"a", "b"}));
}

TEST(Serialize, VariantsKeepTheirAlternative) {
  using V = std::variant<int, std::string, Point, Padded>;
  EXPECT_EQ(round_trip(V{7}), V{7});
  EXPECT_EQ(round_trip(V{std::string{"text"}}), V{std::string{"text"}});
  EXPECT_EQ(round_trip(V{Point{3, {"a"}}}), (V{Point{3, {"a"}}}));
  EXPECT_EQ(round_trip(V{Padded{'x', 1, 2}}), (V{Padded{'x', 1, 2}}));
}

TEST(Serialize, ClassesWrittenForCereal) {
  EXPECT_EQ(round_trip(Point{1, {"a", "bc"}}), (Point{1, {"a", "bc"}}));
  EXPECT_EQ(round_trip(Split{5}), Split{5});
  EXPECT_EQ(round_trip(Hidden{"secret"}), Hidden{"secret"});
  EXPECT_EQ(round_trip(std::vector<Hidden>{Hidden{"a"}, Hidden{"b"}}), (std::vector<Hidden>{Hidden{"a"}, Hidden{"b"}}));
  EXPECT_EQ(round_trip(std::map<int, Split>{{1, {2}}}), (std::map<int, Split>{{1, {2}}}));
}

TEST(Serialize, ClassesWrittenForBoostAlsoInsideContainers) {
  const Reading reading{"sensor", {1, 2, 3}};
  EXPECT_EQ(round_trip(reading), reading);
  EXPECT_EQ(round_trip(std::vector<Reading>{reading, Reading{}}), (std::vector<Reading>{reading, Reading{}}));
  EXPECT_EQ(round_trip(std::variant<int, Reading>{reading}), (std::variant<int, Reading>{reading}));
  const Mixed mixed{reading, {{1, reading}, {2, {}}}, reading};
  EXPECT_EQ(round_trip(mixed), mixed);
}

TEST(Serialize, SharedPointersOfOneValueStayShared) {
  const auto shared = std::make_shared<std::string>("one");
  const auto copies = round_trip(std::vector<std::shared_ptr<std::string>>{shared, nullptr, shared});
  ASSERT_EQ(copies.size(), 3U);
  EXPECT_EQ(*copies[0], "one");
  EXPECT_EQ(copies[1], nullptr);
  EXPECT_EQ(copies[0], copies[2]);
  EXPECT_NE(copies[0], shared);
  const auto again =
      round_trip(std::vector<std::shared_ptr<std::string>>{shared});  // nothing remembered from the first
  EXPECT_EQ(*again.at(0), "one");
}

struct Thrower {
  int value = 0;
  template <class Archive>
  void save(Archive& archive) const {
    archive(value);
    if (value == 3) throw std::runtime_error("three");
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(value);
  }
};

TEST(Serialize, AnArchiveServesAgainAfterAnException) {
  EXPECT_THROW((void)encoded(std::vector<Thrower>{{1}, {3}}), std::runtime_error);
  EXPECT_EQ(round_trip(Point{1, {"a"}}), (Point{1, {"a"}}));
}

struct Inner {
  Point point;
  template <class Archive>
  void save(Archive& archive) const {
    const auto bytes = encoded(point);
    archive(bytes.size());
    for (const auto byte : bytes) archive(std::to_integer<int>(byte));
  }
  template <class Archive>
  void load(Archive&) {}
};

TEST(Serialize, EncodingInsideEncodingUsesAnotherArchive) {
  EXPECT_EQ(encoded(Inner{Point{1, {}}}).size(), 8 + 4 * encoded(Point{1, {}}).size());
}

TEST(Meta, KeepsAnySerializableValueByName) {
  mpyx::Meta meta;
  EXPECT_TRUE(meta.empty());
  meta["name"] = "picture.jpg";
  meta["point"] = Point{3, {"a"}};
  meta["reading"] = Reading{"s", {1}};
  meta["index"] = 1;
  meta["index"] = 12345678;
  EXPECT_EQ(meta.get<std::string>("name"), "picture.jpg");
  EXPECT_EQ(meta.get<Point>("point"), (Point{3, {"a"}}));
  EXPECT_EQ(meta["reading"].get<Reading>(), (Reading{"s", {1}}));
  EXPECT_EQ(meta.get<int>("index"), 12345678);
  EXPECT_EQ(meta.names().size(), 4U);
  EXPECT_TRUE(meta.contains("index") && !meta.contains("missing"));
  EXPECT_TRUE(meta.erase("name") && !meta.erase("name"));
  EXPECT_EQ(meta.get<int>("index"), 12345678);
}

TEST(Meta, AWrongReadNamesKeyAndBothTypes) {
  mpyx::Meta meta;
  meta["index"] = 7;
  try {
    (void)meta.get<double>("index");
    FAIL();
  } catch (const mpyx::Error& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("index"), std::string::npos) << what;
    EXPECT_NE(what.find("int"), std::string::npos) << what;
    EXPECT_NE(what.find("double"), std::string::npos) << what;
  }
  EXPECT_THROW((void)meta.get<int>("missing"), mpyx::Error);
}

}  // namespace
