#pragma once

#include "base/fence.hpp"

namespace mpyx::memory {

class Segment;

/// Asymmetric fences. A pair of one light_fence() and one heavy_fence() orders as two full fences would, at the cost of
/// a compiler fence on the frequent side and one membarrier system call on the rare side. Where membarrier is refused
/// (old kernel, seccomp) both are full fences. All processes of a host must use the same kind: the segment's creator
/// decides, the others follow or refuse to attach.

/// Registers this process for MEMBARRIER_CMD_GLOBAL_EXPEDITED; false where the kernel refuses. May be repeated.
[[nodiscard]] bool register_membarrier() noexcept;

/// Sets this process's kind of fence. Call it before the process has a second thread that uses fences; registers the
/// process when membarrier is allowed, and falls back to full fences if that fails. Returns whether membarrier is used.
bool fences_init(bool membarrier_allowed) noexcept;

/// For the creator of a segment: decides, and writes the decision where fences_follow() finds it. Before others attach.
void fences_decide(Segment& segment, bool membarrier_allowed = true) noexcept;

/// For a process that attached: follows the creator's decision. Throws SegmentError when it cannot.
void fences_follow(const Segment& segment);

namespace fences_detail {
inline bool by_membarrier = false;  // written by fences_init only, before there are threads that read it
void membarrier_all() noexcept;
}  // namespace fences_detail

/// Partner of heavy_fence(): between publishing something and looking whether anybody sleeps. Hot path.
inline void light_fence() noexcept {
#ifdef MPYX_TSAN
  full_fence();
#else
  if (fences_detail::by_membarrier) [[likely]] {
    compiler_fence();
  } else {
    full_fence();
  }
#endif
}

/// Partner of light_fence(): between announcing that one sleeps and looking a last time for something published.
/// Costs a system call and an interrupt on each processor that runs a registered process.
void heavy_fence() noexcept;

}  // namespace mpyx::memory
