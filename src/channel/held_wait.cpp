#include "channel/held_wait.hpp"

#include <utility>

#include "base/clock.hpp"

namespace mpyx::channel {

HeldWait::HeldWait(std::shared_ptr<detail::LocalAttachment> holder, detail::LocalAttachment::Step step,
                   memory::WaitCell& cell, detail::TimeLimit limit, bool holds)
    : holder_{std::move(holder)}, step_{std::move(step)}, deadline_{detail::deadline_of(limit)} {
  holder_->use();
  entry_.cell = holder_->domain().segment.offset_of(&cell);
  entry_.process = holder_->domain().process;
  entry_.reason = step_.reason;
  entry_.endless = !limit;
  entry_.holder = entry_.endless && holds;
  verdicts_ = holder_->wiring().hopeless[step_.reason].load(std::memory_order_acquire);
}

bool HeldWait::hopeless() const {  // partner: the release of whoever gave the verdict
  return entry_.endless && holder_->wiring().hopeless[step_.reason].load(std::memory_order_acquire) != verdicts_;
}

HeldWait::Outcome HeldWait::look() {
  Wiring& wiring = holder_->wiring();
  const WiringLock lock{holder_->domain(), wiring};
  if (place_) wiring.waiters.remove(holder_->domain(), *std::exchange(place_, std::nullopt));
  if (step_.attempt()) return Outcome::done;
  if (hopeless()) return Outcome::hopeless;
  if (now_ns() >= deadline_) return Outcome::not_done;
  place_ = wiring.waiters.add(holder_->domain(), entry_);
  if (entry_.endless) wiring.consider(holder_->domain());  // a verdict on this one shows in worth_looking()
  return Outcome::waits;
}

void HeldWait::forget() noexcept {
  if (!place_) return;
  Wiring& wiring = holder_->wiring();
  const WiringLock lock{holder_->domain(), wiring};
  wiring.waiters.remove(holder_->domain(), *place_);
  if (step_.ready()) wiring.waiters.wake_one(holder_->domain(), step_.reason);
}

}  // namespace mpyx::channel
