#pragma once

#include <mpyx/detail/part.hpp>

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace mpyx::detail {

/// Base of built-ins whose stage is a template on what it is given: `Stage<T>` is made from the arguments.
template <class Self, template <class> class MakeStage, class... Args>
class GenericPart : public Leaf<Self> {
 public:
  using Shown = Self;
  using natural_input = undecided;
  template <class Given>
  static constexpr bool accepts = !std::is_void_v<Given>;
  template <class Given>
  using Stage = MakeStage<Given>;

  explicit GenericPart(Args... args) : args_{std::move(args)...} {}

  template <class Given>
  Stage<Given> make() const {
    return std::make_from_tuple<Stage<Given>>(args_);
  }

 private:
  std::tuple<Args...> args_;
};

}  // namespace mpyx::detail
