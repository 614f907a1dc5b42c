#include "coordinator/task_thread.hpp"

#include <utility>

namespace mpyx::coordinator {

void TaskThread::end() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  std::deque<std::function<void()>> forgotten;  // what they hold may want to add something
  const std::lock_guard lock{mutex_};
  forgotten.swap(tasks_);
}

void TaskThread::add(std::function<void()> task) {
  {
    const std::lock_guard lock{mutex_};
    if (stop_) return;
    tasks_.push_back(std::move(task));
    if (!thread_.joinable()) thread_ = std::thread{[this] { run(); }};
  }
  changed_.notify_all();
}

void TaskThread::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || !tasks_.empty(); });
    if (stop_) return;
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    std::exchange(task, nullptr)();
    lock.lock();
  }
}

}  // namespace mpyx::coordinator
