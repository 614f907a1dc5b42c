#include "channel/wiring.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace mpyx::channel {

namespace {

constexpr std::size_t aligned_from = 4096;  // blocks of this size are 64-aligned

std::atomic<std::uint32_t> made[3];  // of each kind, in this process: their numbers

template <std::size_t Size>
void copy_text(std::array<char, Size>& to, const std::string& from) {
  to.fill('\0');
  std::copy_n(from.data(), std::min(from.size(), Size - 1), to.data());
}

}  // namespace

memory::Offset Wiring::create(Domain& domain, const Shape& shape) {
  constexpr std::size_t head = memory::round_up(sizeof(Wiring), 64);
  const std::size_t bytes = std::max(aligned_from, head + shape.queues[0].bytes() + shape.queues[1].bytes());
  const memory::Offset block = domain.arena.allocate(bytes, memory::Owner{domain.process, 0});
  std::fill_n(domain.at<std::byte>(block), head, std::byte{0});
  auto* wiring = new (domain.at<std::byte>(block)) Wiring{};
  wiring->kind = shape.kind;
  wiring->uses = 1;
  wiring->number = made[static_cast<std::size_t>(shape.kind)].fetch_add(1, std::memory_order_relaxed) + 1;
  copy_text(wiring->types, shape.types);
  wiring->queues[0].format(shape.queues[0], block + head);
  wiring->queues[1].format(shape.queues[1], block + head + shape.queues[0].bytes());
  return block;
}

void Wiring::drop(Domain& domain, memory::Offset offset) {
  auto& wiring = *domain.at<Wiring>(offset);
  {
    const WiringLock lock{domain, wiring};
    if (--wiring.uses != 0) return;
    for (auto& queue : wiring.queues) queue.drain(domain);
    wiring.waiters.destroy(domain);
  }
  domain.arena.release(offset);
}

void Wiring::hold(PipeSide side) {
  ++holders[index(side)];
  was_held[index(side)] = true;
}

void Wiring::let_go(const Domain& domain, PipeSide side) {
  --holders[index(side)];
  consider(domain);
}

void Wiring::set_name(const std::string& text) { copy_text(name, text); }

std::string Wiring::label(PipeSide side) const {
  static constexpr const char* kinds[] = {"Queue", "Event", "Pipe"};
  std::string text = kinds[static_cast<std::size_t>(kind)];
  text += ' ';
  text += name[0] != '\0' ? std::string{name.data()} : std::to_string(number);
  if (kind == Wired::pipe && side != PipeSide::neither) text += side == PipeSide::left ? " left" : " right";
  if (types[0] != '\0') text += " (" + std::string{types.data()} + ")";
  return text;
}

/// A waiter that has been satisfied may not have run yet; what it does next may help the others.
bool Wiring::somebody_will_move() const {
  using enum WaitTable::Reason;
  const auto endless = [this](Reason reason) { return waiters.endless(reason) != 0; };
  const SharedQueue& to_right = queues[0];
  const SharedQueue& to_left = kind == Wired::pipe ? queues[1] : queues[0];
  return (endless(get_left) && !to_left.empty()) || (endless(get_right) && !to_right.empty()) ||
         (endless(put_left) && !to_right.full()) || (endless(put_right) && !to_left.full());
}

void Wiring::consider(const Domain& domain) {
  using enum WaitTable::Reason;
  if (somebody_will_move()) return;
  const std::uint32_t all = holders[0] + holders[1];
  if (waiters.holders() != 0 && waiters.holders() == all) {
    for (std::size_t i = 0; i < WaitTable::reasons; ++i) give_up(domain, static_cast<Reason>(i));
    return;
  }
  if (kind == Wired::pipe) {
    if (was_held[0] && holders[0] == 0) {
      give_up(domain, get_right);
      give_up(domain, put_right);
    }
    if (was_held[1] && holders[1] == 0) {
      give_up(domain, get_left);
      give_up(domain, put_left);
    }
  } else if (waiters.mains() != 0 && deployed && all <= 1) {
    main_hopeless.fetch_add(1, std::memory_order_release);
    waiters.wake_everybody(domain);
  }
}

void Wiring::give_up(const Domain& domain, Reason reason) {
  if (waiters.endless(reason) == 0) return;
  hopeless[reason].fetch_add(1, std::memory_order_release);  // partner: the waiter's acquire
  waiters.wake_all(domain, reason);
}

void Wiring::repair(Domain& domain, memory::Offset offset, std::uint16_t dead) {
  auto& wiring = *domain.at<Wiring>(offset);
  const memory::RobustLockGuard guard{wiring.lock, domain.process, dead};
  for (auto& queue : wiring.queues) queue.keep_blocks_of(domain, dead);
  wiring.waiters.repair(domain, dead);
  wiring.consider(domain);
}

}  // namespace mpyx::channel
