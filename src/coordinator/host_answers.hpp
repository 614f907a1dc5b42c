#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "runtime/host_messages.hpp"

namespace mpyx::coordinator {

/// Questions to other hosts and their answers: one message each way for a host. Thread-safe.
class HostAnswers {
 public:
  using Parts = std::map<int, runtime::PartSnapshot>;  ///< by host
  using Send = std::function<void(int host, const runtime::HostCommand&)>;

  /// Asks the hosts about a run and waits for their answers, no longer than the limit; what came by then.
  Parts ask(std::uint64_t run, const std::vector<int>& hosts, const Send& send, std::chrono::milliseconds limit);
  /// A host has answered. One that is too late is forgotten.
  void answered(int host, runtime::HostSnapshot answer);

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::uint64_t last_question_ = 0;
  std::map<std::uint64_t, Parts> open_;  // by question
};

}  // namespace mpyx::coordinator
