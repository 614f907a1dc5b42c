#include "process/pidfd.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>

#include "process/proc_stat.hpp"

namespace mpyx::process {
namespace {

// From <linux/pidfd.h> of Linux 6.15, which older headers lack.
struct PidfdInfo {
  std::uint64_t mask;
  std::uint64_t cgroup;
  std::uint32_t pid, tgid, ppid;
  std::uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
  std::int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr std::uint64_t k_info_exit = 1U << 3U;
constexpr auto k_get_info = _IOWR(0xFF, 11, PidfdInfo);
constexpr idtype_t k_by_pidfd = static_cast<idtype_t>(3);  // P_PIDFD

std::optional<ExitStatus> status_of_own_child(int pidfd) {
  siginfo_t info{};
  const int options = WEXITED | WNOHANG | WNOWAIT;
  if (::waitid(k_by_pidfd, static_cast<id_t>(pidfd), &info, options) != 0 || info.si_pid == 0) return {};
  if (info.si_code == CLD_EXITED) return ExitStatus{.code = info.si_status, .signal = 0};
  return ExitStatus{.code = 0, .signal = info.si_status};
}

bool reaped(int pidfd) {
  pollfd wait{pidfd, POLLIN, 0};
  return ::poll(&wait, 1, 0) > 0 && (wait.revents & POLLHUP) != 0;
}

std::optional<ExitStatus> status_of_reaped(int pidfd) {
  PidfdInfo info{};
  info.mask = k_info_exit;
  if (::ioctl(pidfd, k_get_info, &info) != 0 || (info.mask & k_info_exit) == 0) return {};
  return exit_status_of(info.exit_code);
}

}  // namespace

Descriptor open_pidfd(pid_t pid) { return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

std::optional<ExitStatus> exit_status_behind(int pidfd, pid_t pid) {
  if (auto status = status_of_own_child(pidfd)) return status;
  // A pid stays taken until its process is reaped, so what /proc says is about the right one when it is not reaped
  // afterwards. (Where reaping cannot be seen, the remains of another process with this pid are too unlikely to mind.)
  const auto remains = read_proc_stat(pid);
  if (remains && remains->dead() && !reaped(pidfd)) {
    // Zero is also what is shown to those who may not know: it means nothing unless they may.
    if (remains->exit_code != 0 || ::kill(pid, 0) == 0) return exit_status_of(remains->exit_code);
  }
  return status_of_reaped(pidfd);
}

}  // namespace mpyx::process
