#include "memory/fences.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "memory/segment.hpp"

namespace mpyx::memory {

namespace {

bool membarrier(int command) noexcept { return ::syscall(SYS_membarrier, command, 0U, 0) == 0; }

}  // namespace

bool register_membarrier() noexcept { return membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED); }

bool fences_init(bool membarrier_allowed) noexcept {
  fences_detail::by_membarrier = membarrier_allowed && register_membarrier();
  return fences_detail::by_membarrier;
}

void fences_decide(Segment& segment, bool membarrier_allowed) noexcept {
  segment.header().membarrier = fences_init(membarrier_allowed) ? 1 : 0;
}

void fences_follow(const Segment& segment) {
  const bool wanted = segment.header().membarrier != 0;
  if (fences_init(wanted) != wanted) {
    throw SegmentError(ENOSYS,
                       "this rank may not use membarrier but the host's first rank does; give all ranks of a host the "
                       "same seccomp rules");
  }
}

void fences_detail::membarrier_all() noexcept {
  // Cannot fail for a registered process with a known command; a full fence of our own side in any case.
  membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED);
  full_fence();
}

void heavy_fence() noexcept {
#ifdef MPYX_TSAN
  full_fence();
#else
  if (fences_detail::by_membarrier) {
    fences_detail::membarrier_all();
  } else {
    full_fence();
  }
#endif
}

}  // namespace mpyx::memory
