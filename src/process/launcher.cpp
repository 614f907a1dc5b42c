#include "process/launcher.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "process/descriptor.hpp"

namespace mpyx::process {
namespace {

const char* status_file() noexcept { return std::getenv("MPYX_RUN_STATUS"); }

// The file is known by the number of a process, which means somebody else's file on another host: ours has no name in
// any folder, and is empty until somebody has spoken.
bool awaits_status(int file) noexcept {
  struct stat info {};
  return ::fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink == 0 && info.st_size == 0;
}

}  // namespace

bool started_by_mpyx_run() noexcept { return status_file() != nullptr; }

void tell_mpyx_run(int status) noexcept {
  const char* name = status_file();
  if (name == nullptr) return;
  const Descriptor file(::open(name, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file || !awaits_status(file.get())) return;
  char line[16];
  const int length = std::snprintf(line, sizeof line, "%d\n", status);
  // mpyx-run goes by mpirun's status when this fails.
  if (::write(file.get(), line, static_cast<std::size_t>(length)) != length) return;
}

}  // namespace mpyx::process
