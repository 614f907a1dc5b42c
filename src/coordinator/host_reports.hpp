#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "channel/in_port.hpp"
#include "runtime/directory.hpp"
#include "runtime/host_messages.hpp"

namespace mpyx::coordinator {

/// Passes on what the ranks of a host print and report, on a thread of its own.
///
/// A rank's lines leave before the word that it has finished a run: so join() returns after they are written. Failures wait
/// for nothing. No more than `most_unwritten` bytes of lines are on their way: a paused terminal stops those who print, and
/// nobody else.
class HostReports {
 public:
  HostReports(channel::Domain& domain, runtime::HostDirectory& directory,
              std::function<void(const runtime::HostEvent&)> send);
  ~HostReports();

  /// From any thread: the coordinator has written so many bytes of lines.
  void lines_written(std::uint64_t bytes);

 private:
  static constexpr std::uint64_t most_unwritten = std::uint64_t{256} << 10;

  void run();
  bool pass_events();
  bool pass_lines();

  channel::Domain* domain_;
  runtime::HostDirectory* directory_;
  std::function<void(const runtime::HostEvent&)> send_;
  channel::InPort events_, lines_;
  std::vector<wire::Event> held_back_;  // until the lines before them have left
  std::uint64_t sent_ = 0;              // bytes of lines
  std::atomic<std::uint64_t> written_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace mpyx::coordinator
