#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "channel/held_wait.hpp"
#include "channel/wiring_call.hpp"

namespace mpyx::channel {

/// Stands for the stages of other hosts at the Queues, Events and Pipes of this one, the coordinator's: each of their
/// attachments is a LocalAttachment here, and each of their waits a HeldWait. Does everything on one thread, which parks at
/// one cell whatever it waits for; it is started with the first call.
///
/// Invariants
///  1. Calls of one host are obeyed in the order in which that host's first rank sends them, but a put or put_back of a large
///     item may come later than its turn.
///  2. Every request is answered exactly once: when it is done, when its limit has passed, when it is hopeless, when it fails,
///     when it is abandoned or its holder goes.
///  3. For every abandon there comes one put_back. An answer that crossed it may have an item: that is the first again in its
///     queue. Until then the holder's attachment stays, without its hold. A request that comes late, after it was
///     abandoned, is not done.
class RemoteHolders {
 public:
  using Answer = std::function<void(int host, WiringAnswer answer)>;  ///< on the thread

  RemoteHolders(std::shared_ptr<Domain> domain, Answer answer);
  RemoteHolders(const RemoteHolders&) = delete;
  RemoteHolders& operator=(const RemoteHolders&) = delete;
  /// Forgets all holders. What waits is not answered any more.
  ~RemoteHolders();

  /// From any thread, in the order in which the host said it.
  void call(int host, WiringCall call);
  /// After everything that was called before; at once when that is nothing.
  void then(std::function<void()> task);

 private:
  struct Holder {
    std::shared_ptr<detail::LocalAttachment> attachment;
    std::map<std::uint64_t, int>
        abandoned;  // by request: abandons less put_backs, either of which may come first; not 0
    bool released = false;
  };
  using Key = std::pair<int, std::uint64_t>;  // its host, its number there
  /// A wait; stays where it is, since the Step refers to the item.
  struct Pending {
    Pending(Domain& domain, int of_host, WiringCall asked) : host{of_host}, call{std::move(asked)}, item{domain} {}

    int host;
    WiringCall call;
    QueuedItem item;
    std::unique_ptr<HeldWait> wait;
  };

  void add(std::function<void()> task);
  void run();
  void obey(int host, WiringCall& call);
  void attach(const Key& key, memory::Offset ticket);
  void release(const Key& key);
  void abandon(const Key& key, std::uint64_t request);
  void put_back(const Key& key, const WiringCall& call);
  void count_abandoned(Holder& holder, std::uint64_t request, int by);
  void forget_if_done(const Key& key);
  void request(int host, WiringCall& call);
  void carry_out(detail::LocalAttachment& holder, const WiringCall& call, WiringAnswer& answer);
  void begin_wait(int host, const std::shared_ptr<detail::LocalAttachment>& holder, WiringCall& call);
  /// Whether it is over, and was answered.
  bool look(Pending& pending);
  void look_at_all();
  void cancel(const std::function<bool(const Pending&)>& which);
  bool something_to_do() const;

  std::shared_ptr<Domain> domain_;
  Answer answer_;
  memory::Offset cell_;
  std::map<Key, Holder> holders_;
  std::list<Pending> pending_;
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
  std::atomic<bool> told_{false};  // there are tasks, or an end; looked at before the mutex is taken
  bool stop_ = false;
  std::thread thread_;  // started under the mutex
};

}  // namespace mpyx::channel
