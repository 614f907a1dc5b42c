#include "transport/doorbell.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace mpyx::transport {

namespace {
constexpr int longest_mute_doublings = 6;
}  // namespace

Doorbell::Doorbell(std::vector<int> descriptors, memory::WaitCell& cell)
    : descriptors_{std::move(descriptors)}, cell_{&cell} {
  if (descriptors_.empty()) return;
  stop_ = process::Descriptor{::eventfd(0, EFD_CLOEXEC)};
  if (!stop_) return;
  try {
    thread_ = std::thread{[this] { run(); }};
  } catch (const std::system_error&) {  // then there is no bell
  }
}

Doorbell::~Doorbell() {
  if (!thread_.joinable()) return;
  state_.store(k_stop, std::memory_order_release);
  state_.notify_one();
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
}

bool Doorbell::arm(std::int64_t now) {
  if (!thread_.joinable() || missed_ >= k_missed) return false;
  if (std::exchange(last_, Last::other) == Last::rang && ++for_nothing_ >= k_rings_for_nothing) {
    muted_until_ = now + (k_mute << std::min(for_nothing_ - k_rings_for_nothing, longest_mute_doublings));
  }
  if (now < muted_until_) return false;
  if (rung()) {
    state_.store(k_armed, std::memory_order_release);
    state_.notify_one();
  }
  return true;
}

bool Doorbell::after_park(bool in_time) {
  const bool by_bell = rung();
  last_ = by_bell ? Last::rang : in_time ? Last::other : Last::silent;
  return by_bell;
}

void Doorbell::after_round(bool arrived) {
  if (!arrived) {
    if (last_ == Last::silent) last_ = Last::other;
    return;
  }
  // A message may come just between the end of the park and the round; the bell rings for that one, or is about to.
  if (last_ == Last::silent && !rung()) {
    ++missed_;
  } else if (rung()) {
    missed_ = 0;
  }
  last_ = Last::other;
  for_nothing_ = 0;
  muted_until_ = 0;
}

void Doorbell::run() {
  for (;;) {
    state_.wait(k_rung, std::memory_order_acquire);
    if (!wait_until_readable()) return;
    std::uint32_t expected = k_armed;
    if (!state_.compare_exchange_strong(expected, k_rung, std::memory_order_acq_rel)) return;  // to stop
    memory::interrupt(*cell_);
  }
}

/// False when the thread is to end.
bool Doorbell::wait_until_readable() {
  std::vector<pollfd> polled{{stop_.get(), POLLIN, 0}};
  for (const int each : descriptors_) polled.push_back({each, POLLIN, 0});
  for (;;) {
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;  // a signal
    if (polled[0].revents != 0) return false;
    for (pollfd& each : polled) {
      if ((each.revents & POLLNVAL) == 0) continue;
      std::erase(descriptors_, each.fd);  // closed; poll() leaves out what is negative
      each.fd = -1;
    }
    if (std::any_of(polled.begin(), polled.end(), [](const pollfd& each) { return each.fd >= 0 && each.revents != 0; }))
      return true;
  }
}

}  // namespace mpyx::transport
