#include "coordinator/patience.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

#include "coordinator/exit_status.hpp"
#include "coordinator/live_run.hpp"

namespace mpyx::coordinator {

namespace {
constexpr std::int64_t shortest_look = 10'000'000;
constexpr std::int64_t longest_look = 1'000'000'000;
}  // namespace

Patience::Patience(std::int64_t stop_ns)
    : stop_ns_{stop_ns},
      look_ns_{stop_ns == 0 ? longest_look : std::clamp(stop_ns / 10, shortest_look, longest_look)} {}

bool Patience::ends(bool stopped) {
  waited_ns_ = stopped && stop_ns_ != 0 ? waited_ns_ + look_ns_ : 0;
  if (stop_ns_ == 0 || waited_ns_ < stop_ns_) return false;
  waited_ns_ = 0;
  return true;
}

void end_if_stuck(const std::vector<const LiveRun*>& runs) {
  std::string text;
  for (const LiveRun* run : runs) text += run->stuck();
  if (text.empty()) return;  // the last of them has returned, and the word of it is on its way
  std::fprintf(stderr, "%smpyx: the job ends: check stopped() in long work, or raise MPYX_STOP_SECONDS\n",
               text.c_str());
  end_process(ExitStatus::stage_failed);
}

}  // namespace mpyx::coordinator
