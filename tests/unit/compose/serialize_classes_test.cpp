#include <gtest/gtest.h>
#include <mpyx/mpyx.hpp>

#include <array>
#include <chrono>
#include <complex>
#include <cstdint>
#include <filesystem>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "round_trip.hpp"

namespace mpyx_test {

struct Versioned {
  std::string text;
  std::uint32_t version = 0;
  template <class Archive>
  void save(Archive& archive, std::uint32_t) const {
    archive(text);
  }
  template <class Archive>
  void load(Archive& archive, std::uint32_t saved) {
    version = saved;
    archive(text);
  }
};

}  // namespace mpyx_test
CEREAL_CLASS_VERSION(mpyx_test::Versioned, 3)

namespace {

using mpyx::detail::plain;
using mpyx::detail::serializable;
using namespace mpyx_test;

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
struct SplitBase {
  int value = 0;
  template <class Archive>
  void save(Archive& archive) const {
    archive(value);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(value);
  }
};
struct SplitLarger : SplitBase {
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
  using V = std::variant<int, std::string, std::array<Padded, 1>, std::vector<Padded>, Base>;
  const auto same = [&]<std::size_t I>(std::integral_constant<std::size_t, I>, const auto& value) {
    EXPECT_EQ(encoded(mpyx::detail::AlternativeOf<I, V>{value}), encoded(V{std::in_place_index<I>, value})) << I;
  };
  same(std::integral_constant<std::size_t, 0>{}, 7);
  same(std::integral_constant<std::size_t, 1>{}, std::string{"text"});
  same(std::integral_constant<std::size_t, 2>{}, std::array<Padded, 1>{});
  same(std::integral_constant<std::size_t, 3>{}, std::vector<Padded>{});
  same(std::integral_constant<std::size_t, 4>{}, Base{"a", 1});
}

struct Final final {
  std::string text;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(text);
  }
};
struct FinalForBoost final {
  std::string text;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& text;
  }
};
TEST(FinalClasses, TravelByTheirSerialize) {
  EXPECT_EQ(round_trip(Final{"one"}).text, "one");
  EXPECT_EQ(round_trip(FinalForBoost{"two"}).text, "two");
}

struct SavesFiles {
  int number = 0;
  void save(const std::string&) const {}
};
struct TellsText {
  int number = 0;
  std::string serialize() const { return std::to_string(number); }
};
struct SaveStage final : mpyx::F<int, void> {
  void save(const int&) {}
  void process(int x) override { save(x); }
};
struct FinalStage final : mpyx::F<int, void> {
  std::string text;
  void process(int) override {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(text);
  }
};
static_assert(mpyx::detail::travels<SaveStage> && !mpyx::detail::owns_serialize<SaveStage>());
static_assert(mpyx::detail::travels<FinalStage> && mpyx::detail::owns_serialize<FinalStage>());

TEST(OtherFunctions, OfTheSameNamesDoNotMatter) {
  EXPECT_EQ(round_trip(SavesFiles{3}).number, 3);
  EXPECT_EQ(round_trip(TellsText{4}).number, 4);
}

TEST(VersionedClasses, EachItemHasItsVersion) {
  for (const char* text : {"first", "second"}) {  // another stage may read it, which has not seen the first
    const auto bytes = encoded(Versioned{text, 0});
    mpyx::detail::Reader reader{bytes};
    const auto copy = mpyx::detail::decode<Versioned>(reader);
    EXPECT_EQ(copy.text, text);
    EXPECT_EQ(copy.version, 3U);
  }
  const auto first = encoded(Versioned{"one", 0}), second = encoded(Versioned{"two", 0});
  EXPECT_EQ(first.size(), second.size());
}

}  // namespace
