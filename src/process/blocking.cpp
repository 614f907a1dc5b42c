#include "process/blocking.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>

namespace mpyx::process {

void open_standard_descriptors() noexcept {
  for (int descriptor = 0; descriptor <= STDERR_FILENO; ++descriptor) {
    // the lowest free number is the one that open() takes
    if (::fcntl(descriptor, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) < 0) return;
  }
}

void make_blocking(int descriptor) noexcept {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || (flags & O_NONBLOCK) == 0) return;
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) return;  // never full, and would be rewound
  // The flag belongs to the open file, so another open file of the same pipe or terminal. A socket cannot be opened again; a
  // pipe that nobody reads would make open() wait without O_NONBLOCK.
  std::array<char, 40> path{};
  std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", descriptor);
  const int own = ::open(path.data(), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC | (flags & O_APPEND));
  if (own >= 0) {
    ::dup2(own, descriptor);
    ::close(own);
  }
  ::fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK);
}

}  // namespace mpyx::process
