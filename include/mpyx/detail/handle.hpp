#pragma once

#include <mpyx/compose.hpp>
#include <mpyx/detail/run.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace mpyx::detail {

/// What a stage handle knows of the nodes it became: one, or those of a farm.
struct HandleState {
  std::mutex mutex;
  std::weak_ptr<Run> run;
  std::vector<int> nodes;  ///< empty: not started yet

  void bind(const std::shared_ptr<Run>& started, std::vector<int> numbers) {
    const std::lock_guard lock{mutex};
    run = started;
    nodes = std::move(numbers);
  }
  /// What all of the nodes have done; a run that is gone has finished.
  NodeState state() {
    const std::lock_guard lock{mutex};
    if (nodes.empty()) return {};
    NodeState all{true, true, true};
    if (const auto live = run.lock()) {
      for (const int node : nodes) {
        const NodeState one = live->node_state(node);
        all = {all.started && one.started, all.stopped && one.stopped, all.finished && one.finished};
      }
    }
    return all;
  }
  void stop() {
    const std::lock_guard lock{mutex};
    if (const auto live = run.lock()) {
      for (const int node : nodes) live->stop_node(node);
    }
  }
};

/// A part that can be asked how its stage, or all of its stages, are doing.
template <class Part>
class Handle : public Part {
 public:
  explicit Handle(Part part) : Handle{std::move(part), std::make_shared<HandleState>()} {}

  /// As of every part, and still a handle, of the same stage.
  [[nodiscard]] Handle named(std::string name) const { return {Part::named(std::move(name)), state_}; }
  [[nodiscard]] Handle on(std::string host) const { return {Part::on(std::move(host)), state_}; }
  [[nodiscard]] Handle on(Host host) const { return {Part::on(host), state_}; }
  [[nodiscard]] Handle on(int) const = delete;  // on(Host{0})
  template <class Word>
  [[nodiscard]] Handle on_error(const Word& word) const {
    return {Part::on_error(word), state_};
  }

  bool started() const { return state_->state().started; }
  bool stopped() const { return state_->state().stopped; }
  bool finished() const { return state_->state().finished; }
  /// Ends the stage (of several, each) as its own stop() does: once the call in hand returns, teardown(), then its outputs
  /// end. Nothing before the start and after the end.
  void stop() const { state_->stop(); }

 private:
  Handle(Part part, std::shared_ptr<HandleState> state) : Part{std::move(part)}, state_{std::move(state)} {
    this->options().handle = state_;
  }

  std::shared_ptr<HandleState> state_;
};

}  // namespace mpyx::detail

namespace mpyx {

/// A stage with a handle: put it into one graph, keep it, and ask it started(), stopped() and finished(), or stop() it, from
/// any thread. Of a farm, or another part of several stages, the answer is yes when it is for all of them.
template <class Word>
auto stage(const Word& word) {
  return detail::Handle<detail::part_of<Word>>{detail::as_part(word)};
}

}  // namespace mpyx
