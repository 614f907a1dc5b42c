#pragma once

#include <mpyx/detail/wiring.hpp>

#include <memory>
#include <string>
#include <utility>

#include "channel/queued_item.hpp"
#include "channel/waiter.hpp"

namespace mpyx::detail {

/// What the handles of one holder share. Thread-safe. On the host where the Wiring is it is a LocalAttachment, in stages on
/// other hosts a RemoteAttachment.
class Attachment {
 public:
  Attachment(const Attachment&) = delete;
  Attachment& operator=(const Attachment&) = delete;
  virtual ~Attachment() = default;

  /// Of this process.
  channel::Domain& domain() const { return *domain_; }
  const std::shared_ptr<channel::Domain>& shared_domain() const { return domain_; }
  /// Of the Wiring, in its own host's memory.
  memory::Offset offset() const { return offset_; }
  PipeSide side() const { return side_; }
  bool belongs_to(const channel::Waiter* owner) const { return owner_ == owner; }

  /// How many bytes of an item may lie in its frame.
  virtual std::size_t payload() const = 0;
  // Waits: false when the limit has passed. They throw Stopped, or Error when the wait is hopeless for main(). All but
  // size(), is_set() and rename() throw Error after close().
  virtual bool put(channel::QueuedItem& item, TimeLimit limit) = 0;
  virtual bool get(channel::QueuedItem& item, TimeLimit limit) = 0;
  virtual bool join(TimeLimit limit) = 0;
  virtual bool wait(TimeLimit limit) = 0;
  virtual std::size_t size() = 0;
  virtual void task_done() = 0;
  virtual void set() = 0;
  virtual void clear() = 0;
  virtual bool is_set() = 0;
  virtual void rename(const std::string& name) = 0;
  virtual void close() = 0;

 protected:
  /// `owner`: the stage it belongs to, if any.
  Attachment(std::shared_ptr<channel::Domain> domain, memory::Offset wiring, PipeSide side,
             const channel::Waiter* owner)
      : domain_{std::move(domain)}, offset_{wiring}, side_{side}, owner_{owner} {}

 private:
  std::shared_ptr<channel::Domain> domain_;
  memory::Offset offset_;
  PipeSide side_;
  const channel::Waiter* owner_;
};

/// Lets those who watch know of a wait, however it ends.
class KnownWait {
 public:
  KnownWait(channel::Waiter& waiter, memory::Offset at, bool for_room) : waiter_{&waiter} {
    waiter.wait_begins(at, for_room);
  }
  KnownWait(const KnownWait&) = delete;
  KnownWait& operator=(const KnownWait&) = delete;
  ~KnownWait() { waiter_->wait_ends(); }

 private:
  channel::Waiter* waiter_;
};

}  // namespace mpyx::detail
