#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace mpyx::transport {

/// What the courier hears for the process it belongs to. It only puts; a thread that may wait takes.
class ControlQueue {
 public:
  struct Said {
    enum class What { message, host_lost, item_failed, left };
    What what = What::message;
    int host = 0;                  ///< that sent it, or that is lost
    std::vector<std::byte> bytes;  ///< of a message
    std::uint64_t run = 0;         ///< of an item that could not be received
    std::uint32_t channel = 0;
    std::string why;
  };

  void put(Said said) {
    {
      const std::lock_guard lock{mutex_};
      queue_.push_back(std::move(said));
    }
    changed_.notify_one();
  }
  Said take() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !queue_.empty(); });
    Said said = std::move(queue_.front());
    queue_.pop_front();
    return said;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Said> queue_;
};

}  // namespace mpyx::transport
