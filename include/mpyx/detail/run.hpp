#pragma once

#include <mpyx/detail/blueprint.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>

namespace mpyx::detail {

struct NodeState {
  bool started = false;
  bool stopped = false;  ///< has begun to end, or was told to
  bool finished = false;
};

/// One execution of a graph, as the pipeline and the ranges of items() hold it. Implemented by the coordinator.
/// All functions may be called from any thread.
class Run {
 public:
  virtual ~Run() = default;

  /// Waits for the next item on the outlet and gives its bytes to `take`; false at the end of the stream. One reader only.
  virtual bool next(const std::function<void(Reader&)>& take) = 0;
  /// Waits until every stage has finished; discards what nobody read. Throws the first StageError, once.
  virtual void join() = 0;
  virtual void drain() = 0;
  virtual void stop() = 0;
  virtual bool started() const = 0;
  virtual bool stopped() const = 0;
  virtual bool finished() const = 0;
  virtual NodeState node_state(int node) const = 0;
  /// As if the node's stage had called stop().
  virtual void stop_node(int node) = 0;
  /// Marks the outlet as taken by a range; false when it already was.
  virtual bool take_outlet() = 0;
  /// What the last owner does: join, or stop and join while the stack unwinds; prints an error that nobody took.
  virtual void leave() noexcept = 0;
  /// Prints tables to standard output from now on, and a summary at the end; or no longer.
  virtual void watch(std::chrono::nanoseconds period) = 0;
  virtual void unwatch() = 0;
};

struct Settings {
  std::size_t capacity_items = 0;  ///< 0: the default
  std::size_t capacity_bytes = 0;
  bool daemon = false;
  std::int64_t watch_ns = 0;  ///< between two tables; 0: it is not watched
};

/// Throws Error when that is no time to watch at.
std::int64_t watch_period_ns(std::chrono::duration<double> period);

/// Checks, plans, deploys and starts. Throws Error (a wrong graph) or StageError (initialize() threw).
std::shared_ptr<Run> start_run(Blueprint blueprint, const Settings& settings);
/// Throws Error when the graph cannot run.
void check(const Blueprint& blueprint);
void print_layout(Blueprint blueprint, std::ostream& out);
void print_layout(Blueprint blueprint);  ///< to standard output

/// A share in a run; the last one joins it.
class RunOwner {
 public:
  RunOwner() = default;
  explicit RunOwner(std::shared_ptr<Run> run) : run_{std::shared_ptr<Run>(run.get(), [run](Run*) { run->leave(); })} {}
  Run* operator->() const { return run_.get(); }
  explicit operator bool() const { return run_ != nullptr; }

 private:
  std::shared_ptr<Run> run_;
};

}  // namespace mpyx::detail
