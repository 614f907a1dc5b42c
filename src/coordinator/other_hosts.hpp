#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "channel/remote_holders.hpp"
#include "coordinator/coordinator.hpp"
#include "coordinator/task_thread.hpp"
#include "runtime/lines.hpp"
#include "topology/host.hpp"
#include "transport/control_queue.hpp"
#include "transport/courier.hpp"

namespace mpyx::coordinator {

/// The coordinator's side of the other hosts: commands to their first ranks, and what these report and print.
class OtherHosts {
 public:
  OtherHosts(const std::shared_ptr<channel::Domain>& domain, transport::Courier& courier,
             transport::ControlQueue& heard, const topology::Topology& topology, runtime::StandardOutput& out);
  ~OtherHosts();

  /// Adds the ways to other hosts. They do nothing once this object is gone: runs may outlive the session.
  void add_to(Coordinator::Ways& ways);
  /// Begins to hear.
  void hear(Coordinator& coordinator);
  /// The session is over: so they are told.
  void shut_down(int status);

 private:
  /// What runs keep of it.
  struct Way {
    std::mutex mutex;
    transport::Courier* courier;  ///< null after the end
  };

  static void answer(Way& way, int host, channel::WiringAnswer answer);
  void take(transport::ControlQueue::Said& said);
  const std::string& name_of(int host) const { return topology_->hosts[static_cast<std::size_t>(host)].name; }
  /// Only the thread that hears says so: whoever loses whom, it is one line.
  [[noreturn]] void lost(int host, const std::string& how, const std::string& why);

  std::shared_ptr<Way> way_;
  transport::ControlQueue* heard_;
  const topology::Topology* topology_;
  runtime::StandardOutput* out_;
  Coordinator* coordinator_ = nullptr;
  TaskThread writing_;  // lines, and the word that a rank has finished, which must not come before its lines
  channel::RemoteHolders holders_;  // after writing_: its thread adds to that
  std::thread hearing_;
};

}  // namespace mpyx::coordinator
