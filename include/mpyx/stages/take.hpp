#pragma once

#include <mpyx/detail/generic_part.hpp>

#include <cstdint>
#include <string>

namespace mpyx {
namespace detail {

template <class T>
class TakeStage : public F<T, T> {
 public:
  TakeStage() = default;
  explicit TakeStage(std::uint64_t count) : left_{count} {}

  void setup() override {
    if (left_ == 0) this->stop();
  }
  void process(T item) override {
    this->put(item);
    if (--left_ == 0) this->stop();
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(left_);
  }

 private:
  std::uint64_t left_ = 0;
};

}  // namespace detail

/// Passes on the first `count` items and then ends, and with it every source that nobody else listens to.
class Take : public detail::GenericPart<Take, detail::TakeStage, std::uint64_t> {
 public:
  explicit Take(std::uint64_t count) : GenericPart{count} {}
  std::string default_name() const { return "Take"; }
};

}  // namespace mpyx
