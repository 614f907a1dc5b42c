#include "channel/message_port.hpp"

#include <chrono>
#include <cstring>

#include "base/clock.hpp"

namespace mpyx::channel {

namespace {
constexpr std::int64_t look_every_ns = 20'000'000;
}

/// Who has the lock may wait for room as long as its own `stop` lets it.
bool MessageSender::wait_for_turn(std::unique_lock<std::timed_mutex>& turn, const std::function<bool()>& stop) {
  while (!turn.try_lock_for(std::chrono::nanoseconds{look_every_ns})) {
    if (stop()) return false;
  }
  return true;
}

bool MessageSender::wait_for_room(const std::function<bool()>& stop) {
  while (!port_.has_room()) {
    const std::int64_t deadline = now_ns() + look_every_ns;
    port_.wait_for_room(
        *cell_, [&] { return now_ns() >= deadline || stop(); }, deadline);
    if (stop() || port_.abandoned()) return false;
  }
  return true;
}

bool MessageSender::send(std::span<const std::byte> message, const std::function<bool()>& stop) {
  std::unique_lock turn{mutex_, std::defer_lock};
  if (!wait_for_turn(turn, stop) || !wait_for_room(stop)) return false;
  if (message.size() <= port_.slot_size()) {
    if (!message.empty()) std::memcpy(port_.slot(), message.data(), message.size());
    port_.publish(0, message.size(), 0);
    return true;
  }
  const memory::Offset block = domain_->arena.allocate(message.size(), memory::Owner{domain_->process, 0});
  std::memcpy(domain_->at<std::byte>(block), message.data(), message.size());
  const wire::BlockReference reference{block};
  std::memcpy(port_.slot(), &reference, sizeof reference);
  port_.publish(wire::flag::in_block, sizeof reference, message.size());
  return true;
}

void MessageSender::close() {
  const std::lock_guard lock{mutex_};
  port_.close();
}

}  // namespace mpyx::channel
