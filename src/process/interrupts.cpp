#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "process/launcher.hpp"
#include "process/signals.hpp"

namespace mpyx::process {
namespace {

// SIGUSR1 only under mpyx-run: it stands for Ctrl-C there.
constexpr std::array<int, 3> k_requests = {SIGINT, SIGTERM, SIGUSR1};

// The handlers know these only. The descriptor is -1 without a source.
std::atomic<bool> source_exists{false};
std::atomic<int> event_descriptor{-1};
std::array<std::atomic<int>, 2> counts{};  // interrupts, terminations
static_assert(std::atomic<int>::is_always_lock_free);

void on_request(int signal) {
  const int saved_errno = errno;
  // Relaxed: the write to the eventfd and the read from it order this before take()'s load.
  counts[signal == SIGTERM ? 1 : 0].fetch_add(1, std::memory_order_relaxed);
  const std::uint64_t one = 1;
  const int descriptor = event_descriptor.load(std::memory_order_acquire);  // partner: the constructor's release
  // A full eventfd is readable already, so a failure is none.
  if (descriptor >= 0 && ::write(descriptor, &one, sizeof one) < 0) errno = saved_errno;
  errno = saved_errno;
}

struct sigaction our_action() {
  struct sigaction action {};
  action.sa_handler = on_request;
  action.sa_flags = SA_RESTART;  // user code and libraries need not know about us
  sigemptyset(&action.sa_mask);
  return action;
}

}  // namespace

InterruptSource::InterruptSource() {
  if (source_exists.exchange(true)) throw std::logic_error("two interrupt sources in one process");
  event_ = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event_) {
    source_exists = false;
    throw std::system_error(errno, std::generic_category(), "cannot create an eventfd");
  }
  for (auto& count : counts) count.store(0, std::memory_order_relaxed);
  event_descriptor.store(event_.get(), std::memory_order_release);  // partner: on_request's acquire
  for (const int signal : k_requests) {
    if (signal == SIGUSR1 && !started_by_mpyx_run()) continue;
    struct sigaction present {};
    ::sigaction(signal, nullptr, &present);
    const bool is_default = (present.sa_flags & SA_SIGINFO) == 0 && present.sa_handler == SIG_DFL;
    const struct sigaction action = our_action();
    if (is_default) ::sigaction(signal, &action, nullptr);
  }
}

InterruptSource::~InterruptSource() {
  for (const int signal : k_requests) {
    struct sigaction present {};
    ::sigaction(signal, nullptr, &present);
    if ((present.sa_flags & SA_SIGINFO) == 0 && present.sa_handler == on_request) ::signal(signal, SIG_DFL);
  }
  event_descriptor.store(-1, std::memory_order_release);
  source_exists = false;
}

InterruptSource::Counts InterruptSource::take() {
  std::uint64_t unread = 0;
  if (::read(event_.get(), &unread, sizeof unread) < 0) unread = 0;  // nothing new
  return {.interrupts = counts[0].load(std::memory_order_relaxed),
          .terminations = counts[1].load(std::memory_order_relaxed)};
}

}  // namespace mpyx::process
