#pragma once

#include <mpyx/detail/blueprint.hpp>
#include <mpyx/detail/run.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace mpyx::coordinator {

class LiveRun;

/// One run of an xcut pipeline that serves other runs, its users.
struct SharedXcut {
  std::shared_ptr<detail::Origin> origin;
  std::shared_ptr<detail::XcutBridge> bridge;
  std::shared_ptr<LiveRun> run;                           ///< null until it has started
  std::map<std::uint64_t, std::weak_ptr<LiveRun>> users;  ///< under way, by number
  bool only_stopped = true;                               ///< every user that has finished was stopped
  std::atomic<bool> closed{false};                        ///< takes no more users; finishes what was put

  SharedXcut() = default;
  SharedXcut(const SharedXcut&) = delete;
  SharedXcut& operator=(const SharedXcut&) = delete;
  ~SharedXcut();
};

/// The xcut pipelines that were attached by reference: each runs once for all runs that have it at the same time.
///
/// A run uses them from before its start until all its ranks have finished. When the last user has gone, the pipeline is
/// closed: at once when nobody has it who was not started yet, else once somebody joins a run that had it, or the session
/// ends. All functions from any thread; nothing waits under the lock.
class SharedXcuts {
 public:
  using Start = std::function<std::shared_ptr<LiveRun>(detail::Blueprint)>;

  /// Makes the run a user of what its graph needs, and starts what does not run yet: it takes in as much as `like_its_user`
  /// says. Throws what that throws.
  void join(LiveRun& user, const detail::Blueprint& blueprint, const detail::Settings& like_its_user,
            const Start& start);
  /// The run has started: from now on it ends with those that fail.
  void started(const std::shared_ptr<LiveRun>& user);
  /// The run has finished, or will not start.
  void leave(LiveRun& user);
  /// Somebody waits for the run, which has finished: closes what nobody else uses and waits for that to finish. Its failure
  /// becomes the run's.
  void settle(LiveRun& user);
  /// One of the pipelines itself has finished.
  void ended(const LiveRun& run);
  /// From now on what nobody uses is closed, whoever has it.
  void close_all();

 private:
  std::shared_ptr<SharedXcut> find_or_make(const detail::XcutUse& use, const LiveRun& user,
                                           const detail::Settings& like_its_user, bool& made);
  void start(const std::shared_ptr<SharedXcut>& xcut, const detail::XcutUse& use, const Start& start);
  void leave(SharedXcut& xcut, LiveRun& user);
  void close(SharedXcut& xcut);
  void failed(SharedXcut& xcut, const StageError& error);

  std::mutex mutex_;
  std::condition_variable started_;
  std::map<const detail::Origin*, std::shared_ptr<SharedXcut>> xcuts_;  // the latest run of each
  bool closing_ = false;
};

}  // namespace mpyx::coordinator
