#pragma once

#include <mpyx/detail/stage_type.hpp>

#include <initializer_list>
#include <memory>
#include <ranges>
#include <utility>
#include <vector>

namespace mpyx {

/// A source that puts the elements of a range, in order.
///
/// A container, or a trivially copyable view without pointers (iota), is shipped to the stage's rank. Any other range (a
/// generator, an istream view, a view of somebody's container) cannot travel and is iterated on the coordinator's rank.
template <std::ranges::input_range Range>
class Iter : public F<void, detail::loose<std::ranges::range_value_t<Range>>> {
 public:
  static constexpr bool stays_on_coordinator =
      std::ranges::view<Range> ? !detail::plain<Range> : !detail::serializable<Range>;

  explicit Iter(Range range) : range_{std::make_shared<Range>(std::move(range))} {}

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

template <class T>
Iter(std::initializer_list<T>) -> Iter<std::vector<T>>;

}  // namespace mpyx
