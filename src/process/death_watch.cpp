#include "process/death_watch.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "process/pidfd.hpp"
#include "process/proc_stat.hpp"
#include "process/signals.hpp"

namespace mpyx::process {
namespace {

constexpr int k_look_every_milliseconds = 100;

struct Watched {
  Descriptor pidfd;              // none: looked at from time to time
  std::uint64_t start_time = 0;  // with which it was first seen
  bool gone = false;             // was gone when the watch began
};

bool still_there(pid_t pid, std::uint64_t start_time) {
  const auto stat = read_proc_stat(pid);
  return stat && !stat->dead() && stat->start_time == start_time;
}

std::optional<ExitStatus> status_of_remains(pid_t pid, std::uint64_t start_time) {
  const auto stat = read_proc_stat(pid);
  if (!stat || !stat->dead() || stat->start_time != start_time) return {};
  return exit_status_of(stat->exit_code);
}

}  // namespace

std::optional<std::uint64_t> process_start_time(pid_t pid) {
  const auto stat = read_proc_stat(pid);
  if (!stat || stat->dead()) return {};
  return stat->start_time;
}

class DeathWatch::Loop {
 public:
  Loop(DeathCallback on_death, Mechanism mechanism)
      : on_death_(std::move(on_death)), mechanism_(mechanism), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_) throw std::system_error(errno, std::generic_category(), "cannot create an eventfd");
    start_thread();
  }

  ~Loop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake();
    thread_.join();
  }

  void watch(pid_t pid, std::optional<std::uint64_t> start_time) {
    Watched watched = open(pid, start_time);
    {
      const std::lock_guard lock(mutex_);
      processes_.try_emplace(pid, std::move(watched));
    }
    wake();
  }

  void unwatch(pid_t pid) {
    {
      std::unique_lock lock(mutex_);
      processes_.erase(pid);
      wait_while(lock, [&] { return reporting_ == pid; });
    }
    wake();
  }

  void watch_descriptor(int descriptor, ReadableCallback on_readable) {
    {
      const std::lock_guard lock(mutex_);
      descriptors_.insert_or_assign(descriptor, std::move(on_readable));
    }
    wake();
  }

  void unwatch_descriptor(int descriptor) {
    {
      std::unique_lock lock(mutex_);
      descriptors_.erase(descriptor);
      wait_while(lock, [&] { return calling_back_for_ == descriptor; });
    }
    wake();
  }

 private:
  // With all but the synchronous signals blocked: a user's handlers belong on the user's threads.
  void start_thread() {
    sigset_t blocked;
    sigset_t before;
    sigfillset(&blocked);
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) sigdelset(&blocked, signal);
    ::pthread_sigmask(SIG_SETMASK, &blocked, &before);
    try {
      thread_ = std::thread([this] { run(); });
    } catch (...) {
      ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
      throw;
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  // A callback that asks would wait for itself.
  template <class Condition>
  void wait_while(std::unique_lock<std::mutex>& lock, Condition busy) {
    if (std::this_thread::get_id() != thread_.get_id()) callback_done_.wait(lock, [&] { return !busy(); });
  }

  Watched open(pid_t pid, std::optional<std::uint64_t> start_time) const {
    Watched watched;
    if (mechanism_ == Mechanism::automatic) watched.pidfd = open_pidfd(pid);
    // Read after the pidfd was opened: if this is the right process now, it was then.
    const auto stat = read_proc_stat(pid);
    watched.gone = !stat || (start_time && stat->start_time != *start_time);
    watched.start_time = stat ? stat->start_time : 0;
    return watched;
  }

  void wake() const {
    const std::uint64_t one = 1;
    if (::write(wake_.get(), &one, sizeof one) < 0) return;  // full: the thread is being woken already
  }

  void run() {
    const AlternateStack stack;
    ::prctl(PR_SET_NAME, "mpyx-watch");
    for (;;) {
      std::vector<pollfd> waits;
      std::vector<pid_t> pids;
      const int timeout = prepare(waits, pids);
      if (::poll(waits.data(), waits.size(), timeout) < 0 && errno != EINTR && errno != ENOMEM) return;
      if (waits[0].revents != 0) drain_wake();
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
      }
      report_deaths(waits, pids);
      for (std::size_t i = 1 + pids.size(); i < waits.size(); ++i) call_readable(waits[i]);
    }
  }

  // [0] the wake event, then one entry for each watched process (-1, ignored by poll(), for those without a pidfd),
  // then the descriptors. Returns the time limit of poll().
  int prepare(std::vector<pollfd>& waits, std::vector<pid_t>& pids) {
    const std::lock_guard lock(mutex_);
    int timeout = -1;
    waits.push_back({wake_.get(), POLLIN, 0});
    for (const auto& [pid, watched] : processes_) {
      pids.push_back(pid);
      waits.push_back({watched.pidfd.get(), POLLIN, 0});
      if (watched.gone) {
        timeout = 0;
      } else if (!watched.pidfd && timeout < 0) {
        timeout = k_look_every_milliseconds;
      }
    }
    for (const auto& [descriptor, callback] : descriptors_) waits.push_back({descriptor, POLLIN, 0});
    return timeout;
  }

  void drain_wake() const {
    std::uint64_t count = 0;
    if (::read(wake_.get(), &count, sizeof count) < 0) return;
  }

  void report_deaths(const std::vector<pollfd>& waits, const std::vector<pid_t>& pids) {
    for (std::size_t i = 0; i < pids.size(); ++i) {
      const pid_t pid = pids[i];
      std::optional<ExitStatus> status;
      {
        const std::lock_guard lock(mutex_);
        const auto found = processes_.find(pid);
        if (found == processes_.end() || !dead(pid, found->second, waits[i + 1])) continue;
        status = last_words(pid, found->second);
        processes_.erase(found);
        reporting_ = pid;
      }
      on_death_(pid, status);
      {
        const std::lock_guard lock(mutex_);
        reporting_ = -1;
      }
      callback_done_.notify_all();
    }
  }

  static bool dead(pid_t pid, const Watched& watched, const pollfd& wait) {
    if (watched.gone) return true;
    // The entry may have been replaced by a later watch of the same pid since poll() was prepared.
    if (watched.pidfd) return watched.pidfd.get() == wait.fd && wait.revents != 0;
    return !still_there(pid, watched.start_time);
  }

  static std::optional<ExitStatus> last_words(pid_t pid, const Watched& watched) {
    if (watched.gone) return {};
    if (watched.pidfd) return exit_status_behind(watched.pidfd.get(), pid);
    return status_of_remains(pid, watched.start_time);
  }

  void call_readable(const pollfd& wait) {
    if (wait.revents == 0) return;
    ReadableCallback callback;
    {
      const std::lock_guard lock(mutex_);
      const auto found = descriptors_.find(wait.fd);
      if (found == descriptors_.end()) return;
      callback = found->second;
      if ((wait.revents & POLLIN) == 0) descriptors_.erase(found);
      calling_back_for_ = wait.fd;
    }
    if ((wait.revents & POLLIN) != 0) callback();
    {
      const std::lock_guard lock(mutex_);
      calling_back_for_ = -1;
    }
    callback_done_.notify_all();
  }

  const DeathCallback on_death_;
  const Mechanism mechanism_;
  const Descriptor wake_;
  std::mutex mutex_;  // guards all below but the thread; never held during a callback
  std::condition_variable callback_done_;
  std::map<pid_t, Watched> processes_;
  std::map<int, ReadableCallback> descriptors_;
  pid_t reporting_ = -1;       // whose death is being reported
  int calling_back_for_ = -1;  // the descriptor
  bool stopping_ = false;
  std::thread thread_;
};

DeathWatch::DeathWatch(DeathCallback on_death, Mechanism mechanism)
    : loop_(std::make_unique<Loop>(std::move(on_death), mechanism)) {}
DeathWatch::~DeathWatch() = default;

void DeathWatch::watch(pid_t pid, std::optional<std::uint64_t> start_time) { loop_->watch(pid, start_time); }
void DeathWatch::unwatch(pid_t pid) { loop_->unwatch(pid); }
void DeathWatch::watch_descriptor(int descriptor, ReadableCallback on_readable) {
  loop_->watch_descriptor(descriptor, std::move(on_readable));
}
void DeathWatch::unwatch_descriptor(int descriptor) { loop_->unwatch_descriptor(descriptor); }

}  // namespace mpyx::process
