#include "coordinator/watcher.hpp"

#include <mpyx/error.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

#include "base/clock.hpp"

namespace mpyx::coordinator {

namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

std::chrono::steady_clock::time_point time_of(std::int64_t ns) {
  return std::chrono::steady_clock::time_point{std::chrono::nanoseconds{ns}};  // the clock of now_ns()
}

}  // namespace

std::int64_t Watcher::look_every() const { return std::clamp<std::int64_t>(stall_ns_ / 4, 10'000'000, 10'000'000'000); }

std::int64_t Watcher::due(const Entry& entry) const {
  if (entry.ended) return 0;
  return std::min(entry.period_ns > 0 ? entry.next_table : never, stall_ns_ > 0 ? entry.next_look : never);
}

Watcher::Entries::iterator Watcher::most_urgent() {
  return std::min_element(entries_.begin(), entries_.end(),
                          [this](const auto& a, const auto& b) { return due(a.second) < due(b.second); });
}

/// Runs that come and go faster than anything becomes due do not disturb the thread.
void Watcher::wake_for(std::int64_t due) {
  if (due == never || stop_) return;
  if (!thread_.joinable()) {
    thread_ = std::thread{[this] { run(); }};
  } else if (due < sleeps_until_) {
    changed_.notify_one();
  }
}

void Watcher::add(std::uint64_t run, std::unique_ptr<Watched> watched, std::int64_t period_ns) {
  const std::int64_t now = now_ns();
  const std::lock_guard lock{mutex_};
  Entry entry{std::move(watched), period_ns, now + period_ns, now + look_every()};
  wake_for(due(entry));  // may find no thread: then it is not added
  entries_.emplace(run, std::move(entry));
}

void Watcher::watch(std::uint64_t run, std::int64_t period_ns) {
  std::unique_lock lock{mutex_};
  const auto found = entries_.find(run);
  if (found == entries_.end() || (found->second.ended && period_ns > 0)) return;
  found->second.period_ns = period_ns;
  found->second.next_table = now_ns() + period_ns;
  wake_for(due(found->second));
  if (period_ns > 0) return;
  settled_.wait(lock, [&] {  // the table in hand
    const auto entry = entries_.find(run);
    return entry == entries_.end() || !entry->second.in_hand;
  });
}

void Watcher::ended(std::uint64_t run) {
  Entries::node_type done;  // its run may be freed with it: after the lock
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(run);
  if (found == entries_.end()) return;
  if (found->second.period_ns == 0 && !found->second.in_hand) {
    done = entries_.extract(found);
    return;
  }
  found->second.ended = true;
  wake_for(0);
}

void Watcher::settle(std::uint64_t run) {
  std::unique_lock lock{mutex_};
  settled_.wait(lock, [&] {
    const auto entry = entries_.find(run);
    return entry == entries_.end() || (entry->second.period_ns == 0 && !entry->second.in_hand);
  });
}

void Watcher::settle_all() {
  std::unique_lock lock{mutex_};
  settled_.wait(lock, [&] {
    return std::none_of(entries_.begin(), entries_.end(), [](const auto& each) { return each.second.ended; });
  });
}

void Watcher::close() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  Entries left;
  {
    const std::lock_guard lock{mutex_};
    left.swap(entries_);
  }
  settled_.notify_all();
}

void Watcher::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    const auto next = most_urgent();
    const std::int64_t due_at = next == entries_.end() ? never : due(next->second);
    if (due_at <= now_ns() && (!stop_ || next->second.ended)) {
      look_after(next, lock);
      continue;
    }
    if (stop_) return;
    sleeps_until_ = due_at;
    if (due_at == never) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, time_of(due_at));
    }
    sleeps_until_ = 0;
  }
}

void Watcher::look_after(Entries::iterator entry, std::unique_lock<std::mutex>& lock) {
  Entry& look = entry->second;
  const std::int64_t now = now_ns(), period = look.period_ns;
  const bool over = look.ended;
  const bool table = period > 0 && look.next_table <= now;
  const bool stalls = stall_ns_ > 0 && look.next_look <= now;
  const bool others_run = entries_.size() > 1;
  look.in_hand = true;
  lock.unlock();
  if (over) {
    if (period > 0) print_(look.watched->summary(now));
  } else {
    if (table) print_(look.watched->table(now, period));
    if (const std::string text = stalls ? look.watched->stall(now, stall_ns_, others_run) : std::string{};
        !text.empty())
      complain_(text);
  }
  lock.lock();
  look.in_hand = false;
  // From the time that it was due, so that periods do not drift; but those that were missed are not made up for.
  if (table && look.period_ns > 0) look.next_table = std::max(look.next_table + look.period_ns, now_ns());
  if (stalls) look.next_look = now_ns() + look_every();
  Entries::node_type done;
  if (over) done = entries_.extract(entry);
  lock.unlock();
  done = {};  // may free the run
  settled_.notify_all();
  lock.lock();
}

namespace {

std::int64_t ns_from_environment(const char* name, std::int64_t otherwise_s) {
  constexpr std::int64_t second = 1'000'000'000;
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return otherwise_s * second;
  char* end = nullptr;
  const double seconds = std::strtod(text, &end);
  constexpr double longest = 1e9;
  if (*end != '\0' || !(seconds >= 0) || seconds > longest) {
    throw Error{std::string{"mpyx: "} + name + " is '" + text + "'; it has to be a number of seconds, such as " +
                std::to_string(otherwise_s) + ", or 0 for never"};
  }
  return static_cast<std::int64_t>(seconds * 1e9);
}

}  // namespace

std::int64_t stall_ns_from_environment() { return ns_from_environment("MPYX_STALL_SECONDS", 30); }
std::int64_t stop_ns_from_environment() { return ns_from_environment("MPYX_STOP_SECONDS", 10); }

}  // namespace mpyx::coordinator
