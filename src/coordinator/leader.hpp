#pragma once

#include <atomic>
#include <memory>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "channel/message_port.hpp"
#include "coordinator/coordinator.hpp"
#include "coordinator/other_hosts.hpp"
#include "coordinator/printer.hpp"
#include "process/death_watch.hpp"
#include "process/signals.hpp"
#include "runtime/directory.hpp"
#include "runtime/lines.hpp"
#include "runtime/worker.hpp"
#include "topology/host.hpp"

namespace mpyx::coordinator {

/// Everything rank 0 has beside the user's main(): the coordinator, its own nodes' worker, the threads that hear the other
/// ranks and print for them, and the watch over their processes and over Ctrl-C. Alone it has no thread but the watch.
class Leader {
 public:
  /// How to reach other hosts, if there are any.
  struct Transport {
    transport::Courier* courier = nullptr;
    transport::ControlQueue* heard = nullptr;
  };

  /// `records`: of all ranks; one when alone. `topology` stays where it is.
  Leader(std::shared_ptr<channel::Domain> domain, const std::vector<topology::RankRecord>& records,
         const topology::Topology& topology, Transport transport);
  ~Leader();

  Coordinator& coordinator() { return *coordinator_; }
  /// Waits for the runs and tells every rank that the session is over. Idempotent.
  void close(int status);

 private:
  void hear();
  void watch(const std::vector<topology::RankRecord>& records, const topology::Host& host);
  void rank_died(std::uint32_t number, const topology::RankRecord& record, std::optional<process::ExitStatus> status);
  void interrupted();

  std::shared_ptr<channel::Domain> domain_;
  runtime::HostDirectory* directory_;
  /// What runs keep, which the user's handles of them may keep beyond this object.
  struct Alive {
    std::shared_mutex mutex;
    bool is = true;
  };
  std::shared_ptr<Alive> alive_ = std::make_shared<Alive>();
  runtime::StandardOutput out_;
  std::unique_ptr<Printer> printer_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<OtherHosts> other_hosts_;  // its threads tell the coordinator what they hear
  std::unique_ptr<runtime::Worker> worker_;
  std::vector<int> ranks_;                                          // of this host, by number
  std::vector<std::unique_ptr<channel::MessageSender>> mailboxes_;  // by rank; none for rank 0 and those elsewhere
  std::atomic<bool> stop_{false};
  bool closed_ = false;
  std::thread hearing_;
  process::InterruptSource interrupts_;
  std::unique_ptr<process::DeathWatch> watch_;
};

}  // namespace mpyx::coordinator
