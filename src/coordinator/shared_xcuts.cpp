#include "coordinator/shared_xcuts.hpp"

#include <mpyx/error.hpp>

#include <cstdio>

#include "coordinator/exit_status.hpp"
#include "coordinator/lane_plan.hpp"
#include "coordinator/live_run.hpp"

namespace mpyx::coordinator {

SharedXcut::~SharedXcut() {
  if (!run) return;
  if (const auto error = run->take_error()) {  // it failed when nobody used it, and nobody waited for it
    std::fprintf(stderr, "%s\n", error->what());
    note_unclaimed_error();
  }
}

void SharedXcuts::join(LiveRun& user, const detail::Blueprint& blueprint, const detail::Settings& like_its_user,
                       const Start& start_run) {
  try {
    for (const auto& apart : blueprint.apart) {
      bool made = false;
      const auto xcut = find_or_make(apart.use, user, like_its_user, made);
      user.xcuts.push_back(xcut);
      apart.link->bridge = xcut->bridge;
      if (made) start(xcut, apart.use, start_run);
    }
  } catch (...) {
    leave(user);
    throw;
  }
}

void SharedXcuts::started(const std::shared_ptr<LiveRun>& user) {
  for (const auto& xcut : user->xcuts) {
    {
      const std::lock_guard lock{mutex_};
      const auto here = xcut->users.find(user->number());
      if (here == xcut->users.end()) continue;  // it has finished already
      here->second = user;
    }
    if (const auto error = xcut->run->error()) user->fail(*error);
  }
}

/// Waits for one that is being started by somebody else, or that finishes before it can begin anew.
std::shared_ptr<SharedXcut> SharedXcuts::find_or_make(const detail::XcutUse& use, const LiveRun& user,
                                                      const detail::Settings& like_its_user, bool& made) {
  use.use->started.store(true, std::memory_order_relaxed);
  std::unique_lock lock{mutex_};
  for (;;) {
    auto& latest = xcuts_[use.origin.get()];
    if (!latest) {
      latest = std::make_shared<SharedXcut>();
      latest->origin = use.origin;
      const std::size_t items = like_its_user.capacity_items, bytes = like_its_user.capacity_bytes;
      latest->bridge = detail::XcutBridge::make(items != 0 ? items : LanePlan::default_items,
                                                bytes != 0 ? bytes : LanePlan::default_bytes);
      made = true;
    }
    const auto xcut = latest;
    if (!made && !xcut->run) {
      started_.wait(lock);
    } else if (!made && (xcut->closed || xcut->run->stopped())) {
      lock.unlock();
      xcut->run->wait_finished();
      lock.lock();
      const auto found = xcuts_.find(use.origin.get());
      if (found != xcuts_.end() && found->second == xcut) xcuts_.erase(found);
    } else {
      xcut->users.emplace(user.number(), std::weak_ptr<LiveRun>{});
      return xcut;
    }
  }
}

void SharedXcuts::start(const std::shared_ptr<SharedXcut>& xcut, const detail::XcutUse& use, const Start& start_run) {
  std::shared_ptr<LiveRun> run;
  try {
    detail::Blueprint blueprint;
    blueprint.keeps_apart = true;
    const int receiver = use.ends->add_receiver(blueprint, use.name, xcut->bridge);
    use.build(blueprint, detail::Entry{{receiver}, -1});
    run = start_run(std::move(blueprint));
  } catch (...) {
    {
      const std::lock_guard lock{mutex_};
      xcuts_.erase(use.origin.get());
    }
    started_.notify_all();
    throw;
  }
  {
    const std::lock_guard lock{mutex_};
    xcut->run = run;
  }
  started_.notify_all();
  run->on_failure([this, weak = std::weak_ptr{xcut}](const StageError& error) {
    if (const auto known = weak.lock()) failed(*known, error);
  });
  if (run->finished()) ended(*run);  // before it was known here
}

void SharedXcuts::failed(SharedXcut& xcut, const StageError& error) {
  std::vector<std::shared_ptr<LiveRun>> users;
  {
    const std::lock_guard lock{mutex_};
    for (const auto& [number, weak] : xcut.users) {
      if (auto user = weak.lock()) users.push_back(std::move(user));
    }
  }
  if (!users.empty()) xcut.run->take_error();
  for (const auto& user : users) user->fail(error);
}

void SharedXcuts::ended(const LiveRun& run) {
  const std::lock_guard lock{mutex_};
  for (auto each = xcuts_.begin(); each != xcuts_.end(); ++each) {
    if (each->second->run.get() != &run) continue;
    each->second->closed = true;
    xcuts_.erase(each);
    return;
  }
}

void SharedXcuts::leave(LiveRun& user) {
  const std::lock_guard lock{mutex_};
  for (const auto& xcut : user.xcuts) {
    leave(*xcut, user);
    if (xcut->users.empty() && (closing_ || !xcut->origin->awaited())) close(*xcut);
  }
}

void SharedXcuts::leave(SharedXcut& xcut, LiveRun& user) {
  if (xcut.users.erase(user.number()) != 0 && !user.was_stopped()) xcut.only_stopped = false;
}

/// What a run put that was stopped is dropped with it; if others put as well, nothing is.
void SharedXcuts::close(SharedXcut& xcut) {
  if (xcut.closed.exchange(true) || !xcut.run) return;
  if (xcut.only_stopped) {
    xcut.run->stop();
  } else {
    xcut.bridge->close();
  }
}

void SharedXcuts::settle(LiveRun& user) {
  for (const auto& xcut : user.xcuts) {
    {
      const std::lock_guard lock{mutex_};
      leave(*xcut, user);
      if (xcut->users.empty()) close(*xcut);
    }
    if (!xcut->closed || !xcut->run) continue;
    xcut->run->wait_finished();
    if (const auto error = xcut->run->take_error()) user.fail(*error);
  }
}

void SharedXcuts::close_all() {
  const std::lock_guard lock{mutex_};
  closing_ = true;
  for (const auto& [origin, xcut] : xcuts_) {
    if (xcut->run && xcut->users.empty()) close(*xcut);
  }
}

}  // namespace mpyx::coordinator
