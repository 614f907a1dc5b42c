#pragma once

#include <mpyx/detail/generic_part.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace mpyx {
namespace detail {

template <class T>
class StampStage : public F<T, T> {
 public:
  StampStage() = default;
  explicit StampStage(std::string prefix) : prefix_{std::move(prefix)} {}

  void process(T item) override {
    this->context().print(prefix_ + ' ' + std::to_string(++count_) + '\n');
    this->put(item);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(prefix_);
  }

 private:
  std::string prefix_;
  std::uint64_t count_ = 0;
};

}  // namespace detail

/// Counts the items that pass, printing a line "prefix 1", "prefix 2" ... for each.
class Stamp : public detail::GenericPart<Stamp, detail::StampStage, std::string> {
 public:
  explicit Stamp(std::string prefix = "Processing item") : GenericPart{std::move(prefix)} {}
  std::string default_name() const { return "Stamp"; }
};

}  // namespace mpyx
