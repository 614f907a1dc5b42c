#pragma once

#include <string>
#include <utility>
#include <variant>

namespace mpyx::base {

/// Why an operation failed, in words for the user.
struct Failure {
  std::string message;
};

/// A value, or the reason why there is none. For outcomes that callers are expected to meet (a missing program, a
/// malformed frame); broken set-ups throw.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  /// Only when ok(); throws std::bad_variant_access otherwise.
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  T* operator->() { return &value(); }

  /// Only when not ok(); throws std::bad_variant_access otherwise.
  const std::string& error() const { return std::get<1>(state_).message; }

 private:
  std::variant<T, Failure> state_;
};

}  // namespace mpyx::base
