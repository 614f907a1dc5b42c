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
/// A rank's lines leave before the word that it has finished a run: so join() returns after they are written. That word waits
/// for no others, and failures wait for nothing. No more than `most_unwritten` bytes of lines are on their way: a paused
/// terminal stops those who print, and nobody else.
class HostReports {
 public:
  HostReports(channel::Domain& domain, runtime::HostDirectory& directory,
              std::function<void(const runtime::HostEvent&)> send);
  ~HostReports();

  /// From any thread: the coordinator has written so many bytes of lines.
  void lines_written(std::uint64_t bytes);

 private:
  static constexpr std::uint64_t most_unwritten = std::uint64_t{256} << 10;

  /// The word that a rank has finished, until that many of its lines have left.
  struct HeldBack {
    wire::Event finished;
    std::uint32_t lane;
    std::uint64_t lines;
  };

  void run();
  bool pass_events();
  bool pass_lines();
  void pass_held_back();

  channel::Domain* domain_;
  runtime::HostDirectory* directory_;
  std::function<void(const runtime::HostEvent&)> send_;
  channel::InPort events_, lines_;
  std::vector<std::uint64_t> left_;  // lines that have left, by lane
  std::vector<HeldBack> held_back_;
  std::uint64_t sent_ = 0;  // bytes of lines
  std::atomic<std::uint64_t> written_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace mpyx::coordinator
