#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "channel/inbox.hpp"
#include "channel/pace.hpp"
#include "memory/wait.hpp"
#include "transport/channel_key.hpp"
#include "transport/credit.hpp"
#include "transport/gate_account.hpp"
#include "transport/link.hpp"

namespace mpyx::transport {

class Doorbell;

/// Moves items and control messages between this host and the others. One per host, on the host's first rank; its thread
/// alone calls the link.
///
/// To the channels it is one more consumer for each host with consumers (it takes what those may have: transport/sender.hpp)
/// and one more producer for each host with producers (transport/receiver.hpp). What is ready goes at once, together with
/// whatever else is ready for the same host; control messages go first, then channels take turns.
class Courier {
 public:
  struct Options {
    std::int64_t silence = 6'000'000'000;    ///< ns without a sign of life after which a host counts as lost
    std::int64_t heartbeat = 1'000'000'000;  ///< ns without other messages after which a host is sent one
    std::int64_t farewell = 6'000'000'000;   ///< ns that run() waits for the others after leave()
  };
  /// Called on the courier's thread; must not block. None may be empty.
  struct Callbacks {
    /// A message of control() or bulk(), each in order per sending host.
    std::function<void(int from_host, std::vector<std::byte> message)> control;
    /// Once per host: it was silent too long, the way to it is broken, or what it sends makes no sense.
    std::function<void(int host, const std::string& why)> lost;
    /// An item that arrived was dropped (there was no memory for it); the channel goes on.
    std::function<void(ChannelKey channel, const std::string& why)> failed;
  };

  /// `cell` is where its thread waits, and what inboxes name as the cell of its ends.
  Courier(channel::Domain& domain, memory::WaitCell& cell, Link& link, Callbacks callbacks, Options options);
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;
  ~Courier();

  int host() const { return link_->host(); }
  /// The body of the courier's thread. Returns after leave(), once everything queued was sent and every other host has said
  /// goodbye, or is lost, or the time for that has passed.
  void run();

  // The rest from any thread of this process; each queues a command and wakes the courier, which obeys in that order.

  /// Sends a message to the control callback of another host; reliable, in order, before items.
  void control(int to_host, std::vector<std::byte> message);
  /// The same for large ones: what control() sends overtakes it, and items share the way with it.
  void bulk(int to_host, std::vector<std::byte> message);
  /// This host's `inbox` has, as its consumer number `consumer`, the courier, standing for the `remote_consumers` on `to_host`.
  void attach_sender(ChannelKey channel, int to_host, memory::Offset inbox, std::uint32_t consumer,
                     std::uint32_t remote_consumers);
  /// This host's `inbox` has, as its producer number `producer`, the courier, standing for `from_host`. Beyond what the lane
  /// holds, unclaimed items up to `limits` may wait here; large ones also up to the lane's bound of bytes.
  void attach_receiver(ChannelKey channel, int from_host, memory::Offset inbox, std::uint32_t producer,
                       Credit::Limits limits = {});
  /// Lane number `producer` of `inbox` is for items that other hosts give back when their consumers have all left; only for
  /// channels with consumers on several hosts. Without it they are dropped.
  void attach_returns(ChannelKey channel, memory::Offset inbox, std::uint32_t producer);
  /// A Seq or Zip with nodes on several hosts: this host's gate of it, and the host of its entry and exit. Before the channels.
  void attach_gate(GateKey gate, memory::Offset memory, int home);
  /// These gates number the channel's items, outermost first. Before its ends. The first `own_lanes` of the inbox are those of
  /// producers here and of what is given back.
  void attach_item_gates(ChannelKey channel, memory::Offset inbox, std::uint32_t own_lanes,
                         std::vector<std::uint32_t> gates);
  /// Lets go of all ends of a run; when it returns, the run's inboxes may be destroyed. Messages of the run that come later
  /// are dropped. Not from a callback.
  void detach(std::uint64_t run);
  /// After every run is detached, here and there.
  void leave();

 private:
  class Engine;
  struct Message {
    int to;
    std::vector<std::byte> bytes;
    bool bulk;
  };
  struct AttachSender {
    ChannelKey channel;
    int to;
    memory::Offset inbox;
    std::uint32_t consumer, remote_consumers;
  };
  struct AttachReceiver {
    ChannelKey channel;
    int from;
    memory::Offset inbox;
    std::uint32_t producer;
    Credit::Limits limits;
  };
  struct AttachReturns {
    ChannelKey channel;
    memory::Offset inbox;
    std::uint32_t producer;
  };
  struct AttachGate {
    GateKey gate;
    memory::Offset memory;
    int home;
  };
  struct AttachItemGates {
    ChannelKey channel;
    memory::Offset inbox;
    std::uint32_t own_lanes;
    std::vector<std::uint32_t> gates;
  };
  struct Detach {
    std::uint64_t run;
    std::uint64_t ticket;
  };
  struct Leave {};
  using Command =
      std::variant<Message, AttachGate, AttachItemGates, AttachSender, AttachReceiver, AttachReturns, Detach, Leave>;

  void queue(Command command);
  bool obey(Engine& engine);
  bool wait(Engine& engine, Doorbell& bell, int rounds);
  bool rest(Engine& engine);
  void waited(const Engine& engine);
  void finish();

  channel::Domain* domain_;
  memory::WaitCell* cell_;
  Link* link_;
  Callbacks callbacks_;
  Options options_;

  std::mutex mutex_;
  std::condition_variable detached_;
  std::vector<Command> commands_;
  std::uint64_t tickets_ = 0;  // of detach(), given
  std::uint64_t tickets_done_ = 0;
  bool over_ = false;                   // run() has returned
  std::atomic<bool> commanded_{false};  // looked at before the mutex is taken

  channel::Pace pace_;  // of items, in both directions; of run()'s thread
  std::uint64_t moved_ = 0;
};

}  // namespace mpyx::transport
