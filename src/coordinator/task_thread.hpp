#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace mpyx::coordinator {

/// Runs calls one after the other on a thread of its own, which is started with the first.
class TaskThread {
 public:
  TaskThread() = default;
  ~TaskThread() { end(); }
  void add(std::function<void()> task);
  /// Finishes the call in hand, forgets the others and what is added later. Idempotent.
  void end();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace mpyx::coordinator
