#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "channel/in_port.hpp"
#include "runtime/directory.hpp"
#include "runtime/lines.hpp"

namespace mpyx::coordinator {

/// Writes the lines of all ranks of this host to standard output, on a thread of its own: a paused terminal stops nobody
/// but those who print.
class Printer {
 public:
  Printer(channel::Domain& domain, runtime::HostDirectory& directory, runtime::StandardOutput& out);
  ~Printer();

  /// Waits until every line that was sent before is written.
  void flush();

 private:
  void run();

  channel::Domain* domain_;
  runtime::HostDirectory* directory_;
  runtime::StandardOutput* out_;
  std::mutex mutex_;
  std::condition_variable written_changed_;
  std::vector<std::uint64_t> written_;  // by lane
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace mpyx::coordinator
