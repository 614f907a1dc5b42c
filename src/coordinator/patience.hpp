#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace mpyx::coordinator {

class LiveRun;

/// How long stages may take to return after a stop. Counts how often somebody has looked, not the time, so that a job that
/// was suspended goes on.
class Patience {
 public:
  /// 0: without end.
  explicit Patience(std::int64_t stop_ns);

  std::chrono::nanoseconds look_every() const { return std::chrono::nanoseconds{look_ns_}; }
  /// Once each time that somebody has waited for look_every(): whether it is over now; it then begins again.
  bool ends(bool stopped);

 private:
  std::int64_t stop_ns_;
  std::int64_t look_ns_;
  std::int64_t waited_ns_ = 0;
};

/// Where stages of these runs have not returned although they were stopped, says which and ends the process.
void end_if_stuck(const std::vector<const LiveRun*>& runs);

}  // namespace mpyx::coordinator
