#pragma once

#include <mpyx/detail/part.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace mpyx {
namespace detail {

template <class T>
class BatchStage : public F<T, std::vector<T>> {
 public:
  BatchStage() = default;
  explicit BatchStage(std::size_t size) : size_{size} {}

  void process(T item) override {
    batch_.push_back(std::move(item));
    if (batch_.size() < size_) return;
    try {
      pass_on();
    } catch (...) {
      batch_.pop_back();  // whatever is done about the item, it is not in the batch
      throw;
    }
  }
  void teardown() override {
    if (!batch_.empty()) pass_on();
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(size_);
  }

 private:
  void pass_on() {
    this->put(batch_);
    batch_.clear();
  }
  std::size_t size_ = 1;
  std::vector<T> batch_;
};

}  // namespace detail

/// Groups items into vectors of `size`; the last one may be shorter. A batch carries the meta of its last item.
class Batch : public detail::Leaf<Batch> {
 public:
  using Shown = Batch;
  using natural_input = detail::undecided;
  template <class Given>
  static constexpr bool accepts = !std::is_void_v<Given>;
  template <class Given>
  using Stage = detail::BatchStage<Given>;

  explicit Batch(std::size_t size = 64) : size_{size == 0 ? 1 : size} {}

  template <class Given>
  Stage<Given> make() const {
    return Stage<Given>{size_};
  }
  std::string default_name() const { return "Batch"; }

 private:
  std::size_t size_;
};

}  // namespace mpyx
