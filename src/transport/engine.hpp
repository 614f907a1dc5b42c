#pragma once

#include <deque>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "transport/courier.hpp"
#include "transport/gate_account.hpp"
#include "transport/leftovers.hpp"
#include "transport/peer.hpp"
#include "transport/returns.hpp"

namespace mpyx::transport {

/// What the courier's thread works on. Everything here is its own.
class Courier::Engine {
 public:
  Engine(Courier& courier, std::int64_t now);

  void obey(Message& message);
  void obey(const AttachSender& command);
  void obey(const AttachReceiver& command);
  void obey(const AttachReturns& command);
  void obey(const AttachGate& command);
  void obey(const AttachItemGates& command);
  void obey(const Detach& command);
  void obey(Leave);

  /// One round of everything; returns whether anything of use happened.
  bool step(std::int64_t now);
  /// A message came in the last round.
  bool arrived() const { return arrived_; }
  /// There is something to do before anything arrives. `announce`: whoever brings it about is asked to wake the courier.
  bool has_work(bool announce);
  /// Messages are on their way out, or chunks in: somebody has to keep the link moving.
  bool moving();
  /// Nothing but small items is on its way, in either direction, and nothing here waits for room.
  bool may_rest(std::int64_t now);
  /// Small items, sent and received.
  std::uint64_t items_moved() const { return moved_; }
  void before_park();
  void after_park();
  /// After leave(): nothing is left to do.
  bool finished(std::int64_t now);

 private:
  struct Channel {
    std::vector<std::unique_ptr<Sender>> senders;
    std::vector<std::unique_ptr<Receiver>> receivers;
    std::unique_ptr<Returns> returns;
    ItemGates gates;
    std::unique_ptr<Leftovers> leftovers;

    bool settled() const;
  };
  struct EarlyOpen {
    int from;
    Open open;
    bool unread;  // nobody reads there any more
  };

  Peer& peer(int host) { return *peers_[static_cast<std::size_t>(host)]; }
  Sender* sender(const ChannelKey& key, int to);
  Receiver* receiver(const ChannelKey& key, int from);
  Returns* returns(const ChannelKey& key);
  IncomingTransfers::Failed failed() const;
  template <class Call>
  void guarded(const ChannelKey& key, Intake& intake, Call call);
  template <class Call>
  void on_link(Call call);

  // engine_in.cpp
  bool receive(std::int64_t now);
  bool finish_chunks(std::int64_t now);
  bool read(Peer& from, std::span<const std::byte> batch, std::int64_t now);
  bool read(Peer& from, const RecordHead& head, RecordReader body, std::int64_t now);
  bool read_control(Peer& from, const RecordHead& head, RecordReader body);
  bool read_bulk(Peer& from, RecordReader body);
  bool read_open(Peer& from, RecordReader body);
  bool read_items(Peer& from, const RecordHead& head, RecordReader body);
  bool read_large(Peer& from, const RecordHead& head, RecordReader body);
  bool read_refusal(Peer& from, const RecordHead& head, RecordReader body);
  void stop_reading(const ChannelKey& key, int host);
  void give_back(const ChannelKey& key, HeldItem item);
  bool read_weights(Peer& from, RecordReader body);

  // engine_out.cpp
  bool send(Peer& to, std::int64_t now);
  bool write(Peer& to, RecordWriter& writer, std::int64_t now);
  bool write_channels(Peer& to, RecordWriter& writer, std::int64_t now);
  bool may_say_goodbye(const Peer& to) const;
  bool all_sent(const Peer& to);

  bool step_channels();
  bool step_gates();
  void watch(std::int64_t now);
  void lose(Peer& peer, const std::string& why);

  Courier* courier_;
  channel::Domain* domain_;
  Link* link_;
  std::vector<std::unique_ptr<Peer>> peers_;  // by host; none for this one
  std::unordered_map<ChannelKey, Channel, ChannelKeyHash> channels_;
  std::map<GateKey, GateAccount> gates_;
  std::vector<EarlyOpen> early_;        // for senders that are not attached yet
  std::deque<std::uint64_t> detached_;  // the last runs that were
  bool arrived_ = false;                // something came in this round
  bool useful_ = false;                 // something but pings came in this round
  bool spoke_ = false;                  // a message of the control plane went or came since the last round
  std::int64_t spoke_at_ = 0;
  std::uint64_t moved_ = 0;
  std::int64_t watched_ = 0;
  std::int64_t leave_until_ = 0;  // 0: not leaving
};

/// An item for which there is no memory is dropped, and said so; what follows it is tried in the next round.
template <class Call>
void Courier::Engine::guarded(const ChannelKey& key, Intake& intake, Call call) {
  try {
    call();
  } catch (const memory::OutOfMemory& error) {
    intake.drop_first();
    courier_->callbacks_.failed(key, error.what());
  }
}

}  // namespace mpyx::transport
