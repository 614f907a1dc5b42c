#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "channel/message_port.hpp"
#include "coordinator/host_reports.hpp"
#include "process/death_watch.hpp"
#include "runtime/directory.hpp"
#include "runtime/host_messages.hpp"
#include "runtime/host_run.hpp"
#include "runtime/lines.hpp"
#include "runtime/worker.hpp"
#include "topology/host.hpp"
#include "transport/control_queue.hpp"
#include "transport/courier.hpp"

namespace mpyx::coordinator {

/// The coordinator's hand on another host, in that host's first rank: makes the shared memory of runs, passes commands on to
/// the host's ranks and what they say back to the coordinator, runs its own rank's nodes, and watches the host's processes.
class HostAgent {
 public:
  /// `records`: of all ranks.
  HostAgent(std::shared_ptr<channel::Domain> domain, const std::vector<topology::RankRecord>& records,
            const topology::Topology& topology, int host, transport::Courier& courier, transport::ControlQueue& heard);
  ~HostAgent();

  /// Does what the coordinator says until the session is over. Returns the exit status.
  int serve();

 private:
  /// What a rank here reports goes the same way from this rank as from the others.
  class OwnEvents : public runtime::EventSink {
   public:
    explicit OwnEvents(channel::MessageSender& sender) : sender_{&sender} {}
    void send(wire::Event event) override { sender_->send_value(wire::Report{std::move(event)}); }

   private:
    channel::MessageSender* sender_;
  };

  void execute(runtime::HostPlan& plan);
  void execute(const runtime::EndRun& end);
  void execute(const runtime::StopNode& stop);
  void execute(const runtime::GiveVerdict& verdict);
  void execute(const runtime::ForgetRun& forget);
  void execute(const runtime::AskSnapshot& ask);
  void execute(const runtime::LinesWritten& written) { reports_.lines_written(written.bytes); }
  void execute(const wire::Shutdown& shutdown);
  void execute(const channel::WiringAnswer& answer);
  void pass_on(int rank, const wire::Deploy& deploy);
  void refuse(const runtime::HostPlan& plan, const std::string& why);
  void to_coordinator(const runtime::HostEvent& event);
  [[noreturn]] void coordinator_lost(const std::string& why);
  void watch(const std::vector<topology::RankRecord>& records, const topology::Host& host);

  std::shared_ptr<channel::Domain> domain_;
  runtime::HostDirectory* directory_;
  std::string name_;
  std::vector<int> ranks_;  // of this host; by number
  transport::Courier* courier_;
  transport::ControlQueue* heard_;
  HostReports reports_;
  channel::MessageSender event_sender_, line_sender_;
  OwnEvents events_;
  runtime::RemoteOutput lines_;
  std::vector<std::unique_ptr<channel::MessageSender>> mailboxes_;  // by number; none for this rank
  std::map<std::uint64_t, std::unique_ptr<runtime::HostRun>> runs_;
  std::map<std::uint64_t, runtime::HostPlan> plans_;  // what death messages need of them
  runtime::Worker worker_;                            // after the memory in which its nodes work
  std::optional<int> status_;
  std::unique_ptr<process::DeathWatch> watch_;
};

}  // namespace mpyx::coordinator
