#pragma once

#include <mpyx/stage.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace mpyx {

/// A source that puts the same item `limit` times; without a limit, until nobody wants it any more.
template <class T>
class Const : public F<void, T> {
 public:
  Const() = default;
  explicit Const(T item, std::int64_t limit = -1) : item_{std::move(item)}, limit_{limit} {}

  void setup() override {
    for (std::int64_t n = 0; (limit_ < 0 || n < limit_) && !this->stopped(); ++n) this->put(item_);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(item_, limit_);
  }

 private:
  T item_{};
  std::int64_t limit_ = -1;
};

template <class T>
Const(T) -> Const<T>;
Const(const char*)->Const<std::string>;
Const(const char*, std::int64_t)->Const<std::string>;

}  // namespace mpyx
