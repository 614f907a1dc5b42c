#pragma once

#include <mpyx/compose.hpp>
#include <mpyx/detail/run.hpp>

#include <memory>
#include <mutex>
#include <utility>

namespace mpyx::detail {

/// What a stage handle knows of the node it became.
struct HandleState {
  std::mutex mutex;
  std::weak_ptr<Run> run;
  int node = -1;  ///< -1: not started yet

  void bind(const std::shared_ptr<Run>& started, int number) {
    const std::lock_guard lock{mutex};
    run = started;
    node = number;
  }
  /// The node's state; a run that is gone has finished.
  NodeState state() {
    const std::lock_guard lock{mutex};
    if (node < 0) return {};
    if (const auto live = run.lock()) return live->node_state(node);
    return {true, true, true};
  }
};

/// A part that can be asked how its stage is doing.
template <class Part>
class Handle : public Part {
 public:
  explicit Handle(Part part) : Part{std::move(part)}, state_{std::make_shared<HandleState>()} {
    this->options().handle = state_;
  }

  bool started() const { return state_->state().started; }
  bool stopped() const { return state_->state().stopped; }
  bool finished() const { return state_->state().finished; }

 private:
  std::shared_ptr<HandleState> state_;
};

}  // namespace mpyx::detail

namespace mpyx {

/// A stage with a handle: put it into one graph, keep it, and ask it started(), stopped() and finished() from any thread.
template <class Word>
auto stage(const Word& word) {
  return detail::Handle<detail::part_of<Word>>{detail::as_part(word)};
}

}  // namespace mpyx
