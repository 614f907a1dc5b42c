#pragma once

#include <mpyx/detail/part.hpp>

#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

namespace mpyx {
namespace detail {

template <class T>
concept printable = requires(std::ostream& out, const T& item) {
  out << item;
};
template <class Item>
inline constexpr bool has_output_operator = printable<Item>;

template <class T>
class PrintStage : public F<T, T> {
 public:
  PrintStage() = default;
  explicit PrintStage(std::string prefix) : prefix_{std::move(prefix)} {}

  void process(T item) override {
    std::ostringstream line;
    if (!prefix_.empty()) line << prefix_ << ' ';
    line << item << '\n';
    this->context().print(line.str());
    this->put(item);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(prefix_);
  }

 private:
  std::string prefix_;
};

}  // namespace detail

/// Prints each item (operator<<) as one whole line of the coordinator's standard output, behind the prefix and a blank if
/// there is one, and passes it on. Lines of many ranks never mix.
class Print : public detail::Leaf<Print> {
 public:
  using Shown = Print;
  using natural_input = detail::undecided;
  template <class Given>
  static constexpr bool accepts = detail::printable<Given>;
  template <class Before, class Given>
  static constexpr void refuse() {
    if constexpr (std::is_void_v<Given>) {
      detail::refuse_input<Before, Given, Print, detail::undecided>();
    } else {
      static_assert(detail::has_output_operator<Given>, "mpyx: Print needs an operator<< for the items");
    }
  }
  template <class Given>
  using Stage = detail::PrintStage<Given>;

  explicit Print(std::string prefix = {}) : prefix_{std::move(prefix)} {}

  template <class Given>
  Stage<Given> make() const {
    return Stage<Given>{prefix_};
  }
  std::string default_name() const { return "Print"; }

 private:
  std::string prefix_;
};

}  // namespace mpyx
