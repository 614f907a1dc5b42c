#include "channel/remote_holders.hpp"

#include <mpyx/error.hpp>

#include <algorithm>
#include <chrono>
#include <exception>

#include "base/clock.hpp"
#include "channel/handle_transit.hpp"

namespace mpyx::channel {

using detail::LocalAttachment;
using Outcome = WiringAnswer::Outcome;

namespace {

WiringAnswer answer_to(const WiringCall& call) {
  WiringAnswer answer;
  answer.holder = call.holder;
  answer.request = call.request;
  answer.at = call.at;
  return answer;
}

bool may_wait(WiringVerb verb) {
  return verb == WiringVerb::put || verb == WiringVerb::get || verb == WiringVerb::join || verb == WiringVerb::wait;
}

/// Tells why `call()` failed, if it did.
template <class Call>
void guarded(WiringAnswer& answer, Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    answer.outcome = Outcome::failed;
    answer.text = error.what();
  }
}

}  // namespace

RemoteHolders::RemoteHolders(std::shared_ptr<Domain> domain, Answer answer)
    : domain_{std::move(domain)}, answer_{std::move(answer)} {
  constexpr std::size_t aligned = 4096;  // blocks of this size are 64-aligned
  cell_ = domain_->arena.allocate(aligned, memory::Owner{domain_->process, 0});
  std::fill_n(domain_->at<std::byte>(cell_), sizeof(memory::WaitCell), std::byte{0});
}

RemoteHolders::~RemoteHolders() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
    told_.store(true, std::memory_order_release);
  }
  memory::interrupt(*domain_->at<memory::WaitCell>(cell_));
  if (thread_.joinable()) thread_.join();
  pending_.clear();  // before what they wait at, and the cell
  holders_.clear();
  domain_->arena.release(cell_);
}

void RemoteHolders::call(int host, WiringCall call) {
  add([this, host, kept = std::make_shared<WiringCall>(std::move(call))] { obey(host, *kept); });
}

void RemoteHolders::then(std::function<void()> task) {
  {
    const std::lock_guard lock{mutex_};
    if (!thread_.joinable()) {
      task();
      return;
    }
  }
  add(std::move(task));
}

void RemoteHolders::add(std::function<void()> task) {
  {
    const std::lock_guard lock{mutex_};
    tasks_.push_back(std::move(task));
    told_.store(true, std::memory_order_release);
    if (!thread_.joinable()) thread_ = std::thread{[this] { run(); }};
  }
  memory::interrupt(*domain_->at<memory::WaitCell>(cell_));
}

void RemoteHolders::run() {
  for (;;) {
    std::vector<std::function<void()>> tasks;
    {
      const std::lock_guard lock{mutex_};
      if (stop_) return;
      tasks.swap(tasks_);
      told_.store(false, std::memory_order_relaxed);
    }
    for (auto& task : tasks) std::exchange(task, nullptr)();
    look_at_all();
    std::int64_t deadline = memory::no_deadline;
    for (const auto& each : pending_) deadline = std::min(deadline, each.wait->deadline());
    memory::park(*domain_->at<memory::WaitCell>(cell_), deadline, [this] { return something_to_do(); });
  }
}

bool RemoteHolders::something_to_do() const {
  if (told_.load(std::memory_order_acquire)) return true;
  const std::int64_t now = now_ns();
  return std::any_of(pending_.begin(), pending_.end(), [&](const auto& each) { return each.wait->worth_looking(now); });
}

void RemoteHolders::look_at_all() {
  for (auto each = pending_.begin(); each != pending_.end();) {
    const bool over = each->wait->worth_looking(now_ns()) && look(*each);
    each = over ? pending_.erase(each) : std::next(each);
  }
}

void RemoteHolders::obey(int host, WiringCall& call) {
  const Key key{host, call.holder};
  switch (call.verb) {
    case WiringVerb::attach:
      return attach(key, call.at);
    case WiringVerb::release:
      return release(key);
    case WiringVerb::close:
      if (const auto holder = holders_.find(key); holder != holders_.end()) holder->second.attachment->close();
      return;
    case WiringVerb::abandon:
      return abandon(key, call.request);
    case WiringVerb::put_back:
      return put_back(key, call);
    default:
      return request(host, call);
  }
}

void RemoteHolders::attach(const Key& key, memory::Offset ticket) {
  Holder& holder = holders_[key];
  auto attachment = redeem(domain_, ticket, nullptr, holder.attachment);
  if (attachment) holder.attachment = std::move(attachment);
  if (!holder.attachment) holders_.erase(key);
}

void RemoteHolders::release(const Key& key) {
  const auto holder = holders_.find(key);
  if (holder == holders_.end()) return;
  cancel([&](const Pending& each) { return Key{each.host, each.call.holder} == key; });
  holder->second.attachment->close();
  holder->second.released = true;
  forget_if_done(key);
}

void RemoteHolders::abandon(const Key& key, std::uint64_t request) {
  const auto holder = holders_.find(key);
  if (holder == holders_.end()) return;
  count_abandoned(holder->second, request, 1);
  cancel([&](const Pending& each) { return each.host == key.first && each.call.request == request; });
}

void RemoteHolders::put_back(const Key& key, const WiringCall& call) {
  const auto holder = holders_.find(key);
  if (holder == holders_.end()) return;
  if (call.has_item) {
    LocalAttachment& attachment = *holder->second.attachment;
    QueuedItem item{*domain_};
    WiringAnswer ignored;
    guarded(ignored, [&] {
      item.unpack(call.item, attachment.way_in().payload());
      attachment.put_back(item);
    });
  }
  count_abandoned(holder->second, call.request, -1);
  forget_if_done(key);
}

void RemoteHolders::count_abandoned(Holder& holder, std::uint64_t request, int by) {
  const auto count = holder.abandoned.try_emplace(request, 0).first;
  if ((count->second += by) == 0) holder.abandoned.erase(count);
}

void RemoteHolders::forget_if_done(const Key& key) {
  const auto holder = holders_.find(key);
  if (holder->second.released && holder->second.abandoned.empty()) holders_.erase(holder);
}

void RemoteHolders::request(int host, WiringCall& call) {
  WiringAnswer answer = answer_to(call);
  answer.outcome = Outcome::not_done;
  const auto holder = holders_.find(Key{host, call.holder});
  if (holder != holders_.end() && !holder->second.released && !holder->second.abandoned.contains(call.request)) {
    if (may_wait(call.verb)) return begin_wait(host, holder->second.attachment, call);
    answer.outcome = Outcome::done;
    guarded(answer, [&] { carry_out(*holder->second.attachment, call, answer); });
  }
  answer_(host, std::move(answer));
}

void RemoteHolders::carry_out(LocalAttachment& holder, const WiringCall& call, WiringAnswer& answer) {
  if (call.verb == WiringVerb::size) answer.value = holder.size();
  if (call.verb == WiringVerb::is_set) answer.value = holder.is_set() ? 1 : 0;
  if (call.verb == WiringVerb::task_done) holder.task_done();
  if (call.verb == WiringVerb::set) holder.set();
  if (call.verb == WiringVerb::clear) holder.clear();
  if (call.verb == WiringVerb::rename) holder.rename(call.name);
}

void RemoteHolders::begin_wait(int host, const std::shared_ptr<LocalAttachment>& holder, WiringCall& call) {
  Pending& pending = pending_.emplace_back(*domain_, host, std::move(call));
  WiringAnswer answer = answer_to(pending.call);
  guarded(answer, [&] {
    const auto step = [&] {
      switch (pending.call.verb) {
        case WiringVerb::put:
          pending.item.unpack(std::exchange(pending.call.item, {}), holder->payload());
          return holder->putting(pending.item);
        case WiringVerb::get:
          return holder->getting(pending.item);
        case WiringVerb::join:
          return holder->joining();
        default:
          return holder->awaiting();
      }
    };
    detail::TimeLimit limit;
    if (!pending.call.endless) limit = std::chrono::nanoseconds{pending.call.limit_ns};
    pending.wait =
        std::make_unique<HeldWait>(holder, step(), *domain_->at<memory::WaitCell>(cell_), limit, pending.call.holds);
  });
  if (answer.outcome == Outcome::failed) {
    answer_(host, std::move(answer));
    pending_.pop_back();
  } else if (look(pending)) {
    pending_.pop_back();
  }
}

bool RemoteHolders::look(Pending& pending) {
  WiringAnswer answer = answer_to(pending.call);
  auto outcome = HeldWait::Outcome::done;
  guarded(answer, [&] {
    outcome = pending.wait->look();
    if (outcome == HeldWait::Outcome::not_done) answer.outcome = Outcome::not_done;
    if (outcome == HeldWait::Outcome::hopeless) {
      answer.outcome = Outcome::hopeless;
      answer.text = pending.wait->holder().hopeless_text();
    }
  });
  if (outcome == HeldWait::Outcome::waits) return false;
  if (answer.outcome == Outcome::done && pending.call.verb == WiringVerb::get) {
    answer.has_item = true;
    answer.item = pending.item.pack();
  }
  answer_(pending.host, std::move(answer));
  return true;
}

void RemoteHolders::cancel(const std::function<bool(const Pending&)>& which) {
  for (auto each = pending_.begin(); each != pending_.end();) {
    if (!which(*each)) {
      ++each;
      continue;
    }
    WiringAnswer answer = answer_to(each->call);
    answer.outcome = Outcome::not_done;
    answer_(each->host, std::move(answer));
    each = pending_.erase(each);
  }
}

}  // namespace mpyx::channel
