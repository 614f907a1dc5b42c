#include "transport/courier.hpp"

#include <sched.h>

#include <algorithm>
#include <utility>

#include "transport/doorbell.hpp"
#include "transport/engine.hpp"

namespace mpyx::transport {

namespace {
constexpr std::int64_t fast = 500'000;  // ns between items; to wake a courier costs several threads' wake-ups
constexpr int rounds_to_rest = 2;
constexpr std::int64_t shortest_rest = 50'000;
constexpr std::int64_t items_to_miss = 64;  // lanes hold more
constexpr int rounds_to_spin = 30;
constexpr int rounds_to_yield = 60;
constexpr std::int64_t shortest_park = 20'000;
constexpr std::int64_t longest_park = 10'000'000;
constexpr std::int64_t longest_park_while_moving = 50'000;
constexpr std::int64_t shortest_park_with_bell = 100'000;  // arming costs a wake-up of the bell's thread
constexpr std::int64_t longest_park_with_bell = 100'000'000;
}  // namespace

Courier::Courier(channel::Domain& domain, memory::WaitCell& cell, Link& link, Callbacks callbacks, Options options)
    : domain_{&domain},
      cell_{&cell},
      link_{&link},
      callbacks_{std::move(callbacks)},
      options_{options},
      pace_{fast, now_ns()} {}

Courier::~Courier() = default;

void Courier::run() {
  Engine engine{*this, now_ns()};
  Doorbell bell{link_->descriptors(), *cell_};  // its thread ends with this function, before MPI does
  int idle = 0;
  for (;;) {
    bool worked = obey(engine);
    const std::int64_t now = now_ns();
    worked |= engine.step(now);
    bell.after_round(engine.arrived());
    if (engine.finished(now)) break;
    idle = worked ? 0 : idle + 1;
    if (idle != 0 && wait(engine, bell, idle)) idle = 0;
  }
  link_->close();
  finish();
}

/// Longer and longer. An item that is put here ends a park at once; so does the bell when something arrives from elsewhere,
/// else that is seen when the park ends. Returns whether the bell rang: then what arrives is worth looking out for.
bool Courier::wait(Engine& engine, Doorbell& bell, int rounds) {
  if (rounds == rounds_to_rest && rest(engine)) return false;
  if (rounds <= rounds_to_spin) {
    spin_pause();
    return false;
  }
  if (rounds <= rounds_to_yield) {
    sched_yield();
    return false;
  }
  const int doublings = std::min(rounds - rounds_to_yield - 1, 16);
  const std::int64_t now = now_ns();
  std::int64_t length = std::min(shortest_park << doublings, longest_park_with_bell);
  if (engine.moving()) length = std::min(length, longest_park_while_moving);
  const bool armed = length >= shortest_park_with_bell && bell.arm(now);
  // A host that expects a sign of life gets it in time, with or without a bell.
  length = std::min(length, armed ? std::max(options_.heartbeat / 4, longest_park) : longest_park);
  engine.before_park();
  const bool in_time = memory::park(*cell_, now + length, [&] {
    return commanded_.load(std::memory_order_acquire) || (armed && bell.rung()) || engine.has_work(true);
  });
  engine.after_park();
  waited(engine);
  return armed && bell.after_park(in_time);
}

/// Between two items of a stream, as long as no stage is likely to miss anything: neither what is put here nor what arrives
/// wakes it meanwhile. Returns whether it did.
bool Courier::rest(Engine& engine) {
  const std::int64_t length = pace_.nap(domain_->crowded(), items_to_miss);
  if (!pace_.is_fast() || length < shortest_rest || !engine.may_rest(now_ns())) return false;
  memory::nap(*cell_, length, [&] { return commanded_.load(std::memory_order_acquire); });
  waited(engine);
  return true;
}

void Courier::waited(const Engine& engine) {
  const std::uint64_t moved = engine.items_moved();
  pace_.waited(static_cast<std::int64_t>(moved - std::exchange(moved_, moved)), now_ns());
}

void Courier::queue(Command command) {
  {
    const std::lock_guard lock{mutex_};
    commands_.push_back(std::move(command));
    commanded_.store(true, std::memory_order_release);
  }
  memory::interrupt(*cell_);
}

bool Courier::obey(Engine& engine) {
  if (!commanded_.load(std::memory_order_acquire)) return false;
  std::vector<Command> commands;
  {
    const std::lock_guard lock{mutex_};
    commands.swap(commands_);
    commanded_.store(false, std::memory_order_relaxed);
  }
  for (auto& command : commands) {
    std::visit([&](auto& each) { engine.obey(each); }, command);
    if (const auto* detach = std::get_if<Detach>(&command)) {
      const std::lock_guard lock{mutex_};
      tickets_done_ = detach->ticket;
      detached_.notify_all();
    }
  }
  return true;
}

void Courier::finish() {
  const std::lock_guard lock{mutex_};
  over_ = true;
  detached_.notify_all();
}

void Courier::control(int to_host, std::vector<std::byte> message) {
  queue(Message{to_host, std::move(message), false});
}
void Courier::bulk(int to_host, std::vector<std::byte> message) { queue(Message{to_host, std::move(message), true}); }

void Courier::attach_sender(ChannelKey channel, int to_host, memory::Offset inbox, std::uint32_t consumer,
                            std::uint32_t remote_consumers) {
  queue(AttachSender{channel, to_host, inbox, consumer, remote_consumers});
}

void Courier::attach_receiver(ChannelKey channel, int from_host, memory::Offset inbox, std::uint32_t producer,
                              Credit::Limits limits) {
  queue(AttachReceiver{channel, from_host, inbox, producer, limits});
}

void Courier::attach_returns(ChannelKey channel, memory::Offset inbox, std::uint32_t producer) {
  queue(AttachReturns{channel, inbox, producer});
}

void Courier::attach_gate(GateKey gate, memory::Offset memory, int home) { queue(AttachGate{gate, memory, home}); }

void Courier::attach_item_gates(ChannelKey channel, memory::Offset inbox, std::uint32_t own_lanes,
                                std::vector<std::uint32_t> gates) {
  queue(AttachItemGates{channel, inbox, own_lanes, std::move(gates)});
}

void Courier::detach(std::uint64_t run) {
  std::unique_lock lock{mutex_};
  const std::uint64_t ticket = ++tickets_;
  commands_.emplace_back(Detach{run, ticket});
  commanded_.store(true, std::memory_order_release);
  lock.unlock();
  memory::interrupt(*cell_);
  lock.lock();
  detached_.wait(lock, [&] { return tickets_done_ >= ticket || over_; });
}

void Courier::leave() { queue(Leave{}); }

}  // namespace mpyx::transport
