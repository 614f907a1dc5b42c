#include <gtest/gtest.h>
#include <mpyx/mpyx.hpp>

#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include <array>
#include <chrono>
#include <complex>
#include <deque>
#include <filesystem>
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

namespace {

using mpyx::detail::plain;
using mpyx::detail::serializable;

std::vector<std::byte> encoded(const auto& value) {
  mpyx::detail::Writer count{{}};
  mpyx::detail::encode(value, count);
  std::vector<std::byte> bytes(count.size());
  mpyx::detail::Writer writer{bytes};
  mpyx::detail::encode(value, writer);
  EXPECT_TRUE(writer.complete());
  return bytes;
}

template <class T>
T round_trip(const T& value) {
  const auto bytes = encoded(value);
  mpyx::detail::Reader reader{bytes};
  T copy = mpyx::detail::decode<T>(reader);
  EXPECT_EQ(reader.left(), 0U);
  for (std::size_t size = 0; size < bytes.size() && size < 64;
       ++size) {  // every shorter text is refused, none is trusted
    mpyx::detail::Reader cut{std::span{bytes}.first(size)};
    EXPECT_ANY_THROW((void)mpyx::detail::decode<T>(cut)) << size << " of " << bytes.size();
  }
  return copy;
}

struct Padded {
  char letter = 0;
  double value = 0;
  short small = 0;
  bool operator==(const Padded&) const = default;
};
struct WithArray {
  std::array<int, 3> numbers{};
  char text[5] = {};
  bool operator==(const WithArray&) const = default;
};
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

static_assert(plain<int> && plain<double> && plain<Colour> && plain<Padded> && plain<WithArray> &&
              plain<std::array<Padded, 2>>);
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

using Instant = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

/// Plain values of the standard library for which cereal has functions of its own, as members and inside of others.
struct Measured {
  std::array<int, 3> counts{};
  std::array<Padded, 2> records{};
  std::chrono::milliseconds took{};
  Instant at{};
  std::complex<float> phase;
  std::filesystem::path file;
  std::map<int, std::array<double, 2>> places;
  std::optional<Instant> ended;
  std::tuple<std::chrono::seconds, std::array<char, 2>> pair;
  std::variant<int, std::complex<double>, std::array<Padded, 1>> either;
  std::vector<std::complex<float>> samples;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(counts, records, took, at, phase, file, places, ended, pair, either, samples);
  }
  bool operator==(const Measured&) const = default;
};

TEST(Serialize, PlainValuesThatCerealKnowsAsMembersAndInContainers) {
  using std::chrono::milliseconds;
  const Instant now{std::chrono::nanoseconds{1234567890123456789}};
  const Measured all{{1, 2, 3},
                     {{{'a', 1, 2}, {'b', 3, 4}}},
                     milliseconds{5},
                     now,
                     {1, 2},
                     "/a/b c",
                     {{1, {1.5, 2.5}}},
                     now,
                     {std::chrono::seconds{7}, {'x', 'y'}},
                     std::complex<double>{3, 4},
                     {{1, 2}, {3, 4}}};
  EXPECT_EQ(round_trip(all), all);
  EXPECT_EQ(round_trip(now), now);
  EXPECT_EQ(round_trip(std::map<std::string, milliseconds>{{"a", milliseconds{1}}}),
            (std::map<std::string, milliseconds>{{"a", milliseconds{1}}}));
  EXPECT_EQ(round_trip(std::tuple{std::array{1, 2}, std::complex<double>{1, 2}}),
            (std::tuple{std::array{1, 2}, std::complex<double>{1, 2}}));
  EXPECT_EQ(round_trip(std::list<std::array<Padded, 2>>(2)), (std::list<std::array<Padded, 2>>(2)));
}

static_assert(plain<std::array<Padded, 2>> && plain<std::chrono::seconds> && plain<Instant> &&
              plain<std::complex<float>>);

struct Freely {  // trivially copyable, but written for cereal with free functions
  int value = 0;
  bool operator==(const Freely&) const = default;
};
template <class Archive>
void save(Archive& archive, const Freely& freely) {
  archive(freely.value + 1);
}
template <class Archive>
void load(Archive& archive, Freely& freely) {
  archive(freely.value);
  --freely.value;
}

TEST(Serialize, FreeSaveAndLoadGoFirst) {
  EXPECT_EQ(round_trip(Freely{3}), Freely{3});
  EXPECT_EQ(encoded(Freely{3}).at(0), std::byte{4});
  EXPECT_EQ(round_trip(std::optional{Freely{3}}), std::optional{Freely{3}});
}

TEST(Serialize, PathsTravelAsText) {
  const std::filesystem::path path{"/tmp/a b.png"};
  EXPECT_EQ(round_trip(path), path);
  EXPECT_EQ(round_trip(std::vector{path, std::filesystem::path{}}), (std::vector{path, std::filesystem::path{}}));
  EXPECT_EQ(round_trip(std::optional{path}), std::optional{path});
}

struct Base {
  std::string name;  // and room behind `number` for a member of a derived class
  int number = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, number);
  }
};
struct SameAsBase : Base {};
struct Larger : Base {
  std::string more;
};
struct InThePadding : Base {
  int more = 0;
};
struct OwnSerialize : Base {
  int more = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    Base::serialize(archive);
    archive(more);
  }
};
struct SplitLarger : Split {
  int more = 0;
};
struct BoostBase {
  int number = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& number;
  }
};
struct BoostLarger : BoostBase {
  int more = 0;
};
template <class Derived>
struct Archived {
  template <class Archive>
  void serialize(Archive& archive) {
    archive(static_cast<Derived&>(*this).text);
  }
};
struct ThroughArchived : Archived<ThroughArchived> {
  std::string text;
};
static_assert(sizeof(InThePadding) == sizeof(Base));
static_assert(serializable<SameAsBase> && serializable<OwnSerialize> && serializable<ThroughArchived>);
static_assert(!serializable<Larger> && !serializable<InThePadding> && !serializable<SplitLarger> &&
              !serializable<BoostLarger> && !serializable<std::vector<Larger>>);

class Fixed {  // plain, without a default constructor
 public:
  constexpr explicit Fixed(int value) : value_{value} {}
  bool operator==(const Fixed&) const = default;

 private:
  int value_;
};

TEST(Serialize, VectorsOfPlainValuesWithoutDefaultConstructor) {
  const std::vector<Fixed> some{Fixed{1}, Fixed{2}};
  EXPECT_EQ(round_trip(some), some);
  EXPECT_EQ(round_trip(std::map<int, std::vector<Fixed>>{{1, some}}), (std::map<int, std::vector<Fixed>>{{1, some}}));
  std::vector<std::byte> bytes(1);
  const auto rest = encoded(some);
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  mpyx::detail::Reader reader{std::span<const std::byte>{bytes}.subspan(1)};
  EXPECT_EQ(mpyx::detail::decode<std::vector<Fixed>>(reader), some);
}

TEST(Serialize, AnAlternativeIsWrittenAsItsVariantIs) {
  using V = std::variant<int, std::string, std::array<Padded, 1>, std::vector<Padded>, Point>;
  const auto same = [&]<std::size_t I>(std::integral_constant<std::size_t, I>, const auto& value) {
    EXPECT_EQ(encoded(mpyx::detail::AlternativeOf<I, V>{value}), encoded(V{std::in_place_index<I>, value})) << I;
  };
  same(std::integral_constant<std::size_t, 0>{}, 7);
  same(std::integral_constant<std::size_t, 1>{}, std::string{"text"});
  same(std::integral_constant<std::size_t, 2>{}, std::array<Padded, 1>{});
  same(std::integral_constant<std::size_t, 3>{}, std::vector<Padded>{});
  same(std::integral_constant<std::size_t, 4>{}, Point{1, {"a"}});
}

TEST(Meta, AnEntryIsCopiedByAssignment) {
  mpyx::Meta meta, other;
  meta["a"] = Point{3, {"a"}};
  meta["b"] = 5;
  meta["b"] = meta["a"];
  EXPECT_EQ(meta.get<Point>("b"), (Point{3, {"a"}}));
  other["c"] = meta["b"];
  EXPECT_EQ(other.get<Point>("c"), (Point{3, {"a"}}));
  meta["a"] = meta["a"];
  EXPECT_EQ(meta.get<Point>("a"), (Point{3, {"a"}}));
  EXPECT_THROW(meta["a"] = meta["none"], mpyx::Error);
}

TEST(Meta, AnEntryConverts) {
  mpyx::Meta meta;
  meta["number"] = 5;
  meta["text"] = "abc";
  meta["path"] = std::filesystem::path{"/tmp"};
  const int number = meta["number"];
  std::string text = meta["text"];
  const std::filesystem::path path = meta["path"];
  EXPECT_EQ(number, 5);
  EXPECT_EQ(text, "abc");
  EXPECT_EQ(path, "/tmp");
  text = meta["path"].get<std::filesystem::path>().string();
  text = meta["text"];
  EXPECT_EQ(text, "abc");
  EXPECT_THROW((void)static_cast<double>(meta["number"]), mpyx::Error);
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
