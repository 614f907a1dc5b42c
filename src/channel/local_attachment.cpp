#include "channel/local_attachment.hpp"

#include <mpyx/error.hpp>

#include <algorithm>

#include "base/clock.hpp"
#include "base/fence.hpp"
#include "channel/queued_item.hpp"

namespace mpyx::detail {

using channel::SharedQueue;
using channel::Waiter;
using channel::WaitTable;
using channel::Wiring;
using channel::WiringLock;

namespace {

constexpr int max_spins = 300;
constexpr std::int64_t longest = 1'000'000'000'000'000'000;  // ns

/// Whoever is fed fast comes back without a system call.
template <class Ready>
bool spin(const Ready& ready) {
  thread_local int spins = 50;
  for (int i = 0; i < spins; ++i) {
    if (ready()) {
      spins = std::min(spins * 2, max_spins);
      return true;
    }
    spin_pause();
  }
  spins = std::max(spins / 2, 8);
  return false;
}

}  // namespace

std::int64_t deadline_of(TimeLimit limit) {
  return limit ? now_ns() + std::clamp<std::int64_t>(limit->count(), 0, longest) : memory::no_deadline;
}

LocalAttachment::LocalAttachment(std::shared_ptr<channel::Domain> domain, memory::Offset wiring, PipeSide side,
                                 const Waiter* owner)
    : Attachment{std::move(domain), wiring, side, owner},
      state_{side == PipeSide::neither ? State::lent : State::holds} {
  if (side == PipeSide::neither) return;
  const WiringLock lock{this->domain(), this->wiring()};
  this->wiring().hold(side);
}

LocalAttachment::~LocalAttachment() {
  if (state_.load(std::memory_order_relaxed) == State::holds) {
    const WiringLock lock{domain(), wiring()};
    wiring().let_go(domain(), this->side());
  }
  Wiring::drop(domain(), offset());
}

std::string LocalAttachment::label() const {
  const WiringLock lock{domain(), wiring()};
  return wiring().label(side());
}

void LocalAttachment::use() {
  if (state_.load(std::memory_order_relaxed) == State::holds) return;
  {
    const WiringLock lock{domain(), wiring()};
    if (state_.load(std::memory_order_relaxed) == State::lent) {
      state_.store(State::holds, std::memory_order_relaxed);
      wiring().hold(this->side());
      return;
    }
  }
  throw Error{"mpyx: " + label() + " is used after close()"};
}

void LocalAttachment::hand_over() {
  const WiringLock lock{domain(), wiring()};
  wiring().deployed = true;
  if (wiring().kind != Wired::pipe || state_.load(std::memory_order_relaxed) != State::holds) return;
  state_.store(State::lent, std::memory_order_relaxed);
  wiring().let_go(domain(), this->side());
}

void LocalAttachment::close() {
  const WiringLock lock{domain(), wiring()};
  if (state_.exchange(State::closed, std::memory_order_relaxed) == State::holds)
    wiring().let_go(domain(), this->side());
}

std::string LocalAttachment::hopeless_text() const {
  return "mpyx: nobody is left to wait for at " + label() +
         ": every stage that had it has finished; join() the pipeline to see why, or wait with a time limit";
}

void LocalAttachment::throw_hopeless() const {
  if (channel::stage_waiter() != nullptr) throw Stopped{};
  throw Error{hopeless_text()};
}

bool LocalAttachment::until(const Step& step, TimeLimit limit) {
  use();
  Waiter& waiter = channel::this_waiter();
  if (waiter.must_end()) throw Stopped{};
  Wiring& shared = wiring();
  WiringLock lock{domain(), shared};
  if (step.attempt()) return true;
  if (limit && limit->count() <= 0) return false;
  lock.unlock();
  const std::int64_t deadline = deadline_of(limit);
  const bool early = spin(step.ready);
  lock.lock();
  if (early && step.attempt()) return true;
  const bool stage = channel::stage_waiter() != nullptr;
  WaitTable::Entry entry{
      domain().segment.offset_of(&waiter.cell()), domain().process, step.reason, !limit, false, false};
  entry.holder = entry.endless && stage && belongs_to(&waiter);
  entry.main = entry.endless && !stage && channel::on_main_thread();
  const std::uint32_t verdicts = shared.hopeless[step.reason].load(std::memory_order_relaxed);
  const std::uint32_t main_verdicts = shared.main_hopeless.load(std::memory_order_relaxed);
  const auto hopeless = [&] {  // partner: the release of whoever gave the verdict
    return entry.endless && (shared.hopeless[step.reason].load(std::memory_order_acquire) != verdicts ||
                             (entry.main && shared.main_hopeless.load(std::memory_order_acquire) != main_verdicts));
  };
  const KnownWait known{waiter, entry.endless ? offset() : memory::null_offset, step.for_room()};
  for (;;) {
    if (limit && now_ns() >= deadline) return step.attempt();
    const std::size_t place = shared.waiters.add(domain(), entry);
    if (entry.endless) shared.consider(domain());
    lock.unlock();
    memory::park(waiter.cell(), deadline, [&] { return step.ready() || hopeless() || waiter.must_end(); });
    lock.lock();
    shared.waiters.remove(domain(), place);
    if (step.attempt()) return true;
    if (waiter.must_end()) throw Stopped{};
    if (hopeless()) break;
  }
  lock.unlock();
  throw_hopeless();
}

SharedQueue& LocalAttachment::way_out() const {
  return wiring().queues[wiring().kind == Wired::pipe ? channel::index(side()) : 0];
}
SharedQueue& LocalAttachment::way_in() const {
  return wiring().queues[wiring().kind == Wired::pipe ? 1 - channel::index(side()) : 0];
}

LocalAttachment::Step LocalAttachment::putting(channel::QueuedItem& item) {
  const auto attempt = [this, &item] {
    if (!way_out().push(domain(), *item)) return false;
    item.owns(false);
    wiring().waiters.wake_one(domain(), others_right() ? WaitTable::get_right : WaitTable::get_left);
    wiring().consider(domain());
    return true;
  };
  return {is_right() ? WaitTable::put_right : WaitTable::put_left, attempt, [this] { return !way_out().full(); }};
}

LocalAttachment::Step LocalAttachment::getting(channel::QueuedItem& item) {
  const auto attempt = [this, &item] {
    if (!way_in().pop(domain(), *item)) return false;
    item.owns(true);
    wiring().waiters.wake_one(domain(), others_right() ? WaitTable::put_right : WaitTable::put_left);
    wiring().consider(domain());
    return true;
  };
  return {is_right() ? WaitTable::get_right : WaitTable::get_left, attempt, [this] { return !way_in().empty(); }};
}

bool LocalAttachment::put_back(channel::QueuedItem& item) {
  const WiringLock lock{domain(), wiring()};
  if (!way_in().put_back(domain(), *item)) return false;
  item.owns(false);
  wiring().waiters.wake_one(domain(), is_right() ? WaitTable::get_right : WaitTable::get_left);
  return true;
}

LocalAttachment::Step LocalAttachment::joining() {
  const auto pulsed = [&pulses = wiring().pulses, before = wiring().pulses.load(std::memory_order_acquire)] {
    return pulses.load(std::memory_order_acquire) != before;
  };
  return {WaitTable::join, [this, pulsed] { return pulsed() || wiring().queues[0].all_done(); }, pulsed};
}

LocalAttachment::Step LocalAttachment::awaiting() {
  const auto was_set = [&shared = wiring(), before = wiring().pulses.load(std::memory_order_acquire)] {
    return shared.is_set.load(std::memory_order_acquire) != 0 ||
           shared.pulses.load(std::memory_order_acquire) != before;
  };
  return {WaitTable::set, was_set, was_set};
}

void LocalAttachment::task_done() {
  use();
  {
    const WiringLock lock{domain(), wiring()};
    if (wiring().queues[0].task_done()) {
      if (!wiring().queues[0].all_done()) return;
      wiring().pulses.fetch_add(1, std::memory_order_release);  // partner: joining()
      wiring().waiters.release_all(domain(), WaitTable::join);
      return;
    }
  }
  throw Error{"mpyx: task_done() of " + label() + " is called more often than items were put"};
}

void LocalAttachment::set() {
  use();
  const WiringLock lock{domain(), wiring()};
  wiring().is_set.store(1, std::memory_order_release);  // partner: is_set()
  wiring().pulses.fetch_add(1, std::memory_order_release);
  wiring().waiters.release_all(domain(), WaitTable::set);
}

void LocalAttachment::clear() {
  use();
  const WiringLock lock{domain(), wiring()};
  wiring().is_set.store(0, std::memory_order_release);
}

bool LocalAttachment::is_set() { return wiring().is_set.load(std::memory_order_acquire) != 0; }

void LocalAttachment::rename(const std::string& name) {
  const WiringLock lock{domain(), wiring()};
  wiring().set_name(name);
}

}  // namespace mpyx::detail
