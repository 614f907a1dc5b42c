#pragma once

#include <mpyx/detail/stage_type.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace mpyx {

namespace detail {

/// Of what class listed items are: string literals become std::string.
template <class T>
using listed = std::conditional_t<std::is_convertible_v<const T&, const char*>, std::string, T>;
/// An item by itself (a text or path, too), and not a range of items.
template <class T>
concept listable = !std::ranges::range<T> || std::is_convertible_v<const T&, std::string>;

}  // namespace detail

/// A source that puts the elements of a range, in order: Iter{vec}, Iter(std::views::iota(1, 9)); or the values listed:
/// Iter{1, 2, 3}, Iter({"a", "b"}), which gives std::string.
///
/// A container, or a trivially copyable view without pointers (iota), is shipped to the stage's rank. Any other range (a
/// generator, an istream view, a view of somebody's container) cannot travel and is iterated on the coordinator's rank.
template <std::ranges::input_range Range>
class Iter : public F<void, detail::loose<std::ranges::range_value_t<Range>>> {
 public:
  static constexpr bool stays_on_coordinator =
      std::ranges::view<Range> ? !detail::plain<Range> : !detail::serializable<Range>;

  explicit Iter(Range range) : range_{std::make_shared<Range>(std::move(range))} {}
  /// The values listed.
  explicit Iter(std::initializer_list<std::ranges::range_value_t<Range>> items) requires
      std::same_as<Range, std::vector<std::ranges::range_value_t<Range>>> : range_{std::make_shared<Range>(items)} {}

  void setup() override {
    for (auto&& item : *range_) {
      if (this->stopped()) break;
      this->put(item);
    }
  }

  void save_to(detail::Writer& writer) const { detail::encode(*range_, writer); }
  static std::unique_ptr<Iter> load_from(detail::Reader& reader) {
    return std::make_unique<Iter>(detail::decode<Range>(reader));
  }

 private:
  std::shared_ptr<Range> range_;  // shared by the copies of this stage: some ranges can only be moved
};

template <detail::listable T>
Iter(std::initializer_list<T>) -> Iter<std::vector<detail::listed<T>>>;
template <std::ranges::range T, std::size_t Size>
  requires(!detail::listable<T>)
Iter(const T (&)[Size])
->Iter<std::vector<T>>;
template <std::ranges::range T, std::same_as<T>... More>
  requires(sizeof...(More) > 0 && !detail::listable<T>)
Iter(T, More...)
->Iter<std::vector<T>>;

}  // namespace mpyx
