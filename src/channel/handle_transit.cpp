#include "channel/handle_transit.hpp"

#include <mpyx/detail/names.hpp>
#include <mpyx/error.hpp>

#include <algorithm>
#include <atomic>
#include <new>
#include <utility>

#include "channel/local_attachment.hpp"
#include "channel/remote_attachment.hpp"
#include "channel/way_home.hpp"

namespace mpyx::channel {

namespace {

/// One handle on its way: a use and a hold of the Wiring, which belong to whoever takes the ticket first.
struct Ticket {
  memory::Offset wiring;
  PipeSide side;
  std::atomic<std::uint32_t> taken;

  bool take() { return taken.exchange(1, std::memory_order_acq_rel) == 0; }
};

struct Collector {
  HandleTransit* transit = nullptr;            // set: handles are sent
  std::vector<std::string>* labels = nullptr;  // set: they are only looked at
};
thread_local Collector collector;

void collect(Collector collects, const std::function<void()>& save) {
  struct Restore {
    Collector before;
    ~Restore() { collector = before; }
  } restore_at_end{std::exchange(collector, collects)};
  save();
}

}  // namespace

void HandleTransit::send(const std::function<void()>& save, int with) {
  sending_ = with;
  collect({this, nullptr}, save);
}

memory::Offset HandleTransit::add(detail::LocalAttachment& handle) {
  domain_ = handle.shared_domain();
  tickets_.reserve(tickets_.size() + 1);
  const memory::Offset offset = domain_->arena.allocate(sizeof(Ticket), memory::Owner{domain_->process, 0});
  new (domain_->at<std::byte>(offset)) Ticket{handle.offset(), handle.side(), 0};
  tickets_.push_back(offset);
  sent_.push_back({sending_, handle.offset(), handle.side(), handle.label()});
  {
    const WiringLock lock{*domain_, handle.wiring()};
    ++handle.wiring().uses;
    handle.wiring().hold(handle.side());
  }
  handle.hand_over();
  return offset;
}

void HandleTransit::end() noexcept {
  for (const memory::Offset offset : tickets_) {
    auto& ticket = *domain_->at<Ticket>(offset);
    if (ticket.take()) {
      {
        auto& wiring = *domain_->at<Wiring>(ticket.wiring);
        const WiringLock lock{*domain_, wiring};
        wiring.let_go(*domain_, ticket.side);
      }
      Wiring::drop(*domain_, ticket.wiring);
    }
    domain_->arena.release(offset);
  }
  tickets_.clear();
}

std::shared_ptr<detail::LocalAttachment> redeem(const std::shared_ptr<Domain>& domain, memory::Offset offset,
                                                const Waiter* owner, std::shared_ptr<detail::LocalAttachment> known) {
  auto& ticket = *domain->at<Ticket>(offset);
  if (!ticket.take()) return nullptr;
  if (known) {
    Wiring::drop(*domain, ticket.wiring);
  } else {
    known = std::make_shared<detail::LocalAttachment>(domain, ticket.wiring, ticket.side, owner);  // takes the use over
  }
  const WiringLock lock{*domain, known->wiring()};
  known->wiring().let_go(*domain, ticket.side);  // the ticket's hold, after the stage's own
  return known;
}

}  // namespace mpyx::channel

namespace mpyx::detail {

using channel::SharedQueue;
using channel::Wiring;

namespace {

/// A handle as a stage's bytes have it. Offsets are of the host where it was made.
struct SavedHandle {
  memory::Offset ticket;  // null: an empty handle
  memory::Offset wiring;
  std::uint32_t kind;
  std::uint32_t side;
};

LocalAttachment& local(const WiringHandle& handle) {  // as all are where handles are made and sent
  return static_cast<LocalAttachment&>(*handle);
}

/// Handles of stages by their thread: several members of a stage may be the same Queue, and it is one holder of it.
struct Known {
  memory::Offset wiring;
  PipeSide side;
  std::weak_ptr<Attachment> attachment;
};
thread_local std::vector<Known> known_here;

WiringHandle known(memory::Offset wiring, PipeSide side, const channel::Waiter* owner) {
  std::erase_if(known_here, [](const Known& each) { return each.attachment.expired(); });
  for (const Known& each : known_here) {
    if (each.wiring != wiring || each.side != side) continue;
    if (auto attachment = each.attachment.lock(); attachment && attachment->belongs_to(owner)) return attachment;
  }
  return nullptr;
}

/// main(), or a thread that it started.
bool on_coordinator() {
  const auto& domain = channel::process_domain();
  return channel::stage_waiter() == nullptr && (!domain || domain->process == 0);
}

WiringHandle make(const Wiring::Shape& shape, PipeSide side, bool asked) {
  if (!on_coordinator()) {
    if (!asked) return nullptr;
    throw Error{"mpyx: a Queue, Event or Pipe is made in main() and handed to stages, not made in a stage"};
  }
  const auto& domain = channel::process_domain();
  if (!domain) {
    throw Error{
        "mpyx: a Queue, Event or Pipe needs a Session: make one first in main(): mpyx::Session session{argc, argv};"};
  }
  for (const auto& queue : shape.queues) {
    if (queue.capacity > domain->segment.limit() / queue.stride()) {
      throw Error{"mpyx: a capacity of " + std::to_string(queue.capacity) +
                  " items is more than shared memory has room for"};
    }
  }
  try {
    return std::make_shared<LocalAttachment>(domain, Wiring::create(*domain, shape), side, nullptr);
  } catch (const memory::OutOfMemory& error) {
    throw Error{std::string{"mpyx: no Queue or Pipe: "} + error.what()};
  }
}

SharedQueue::Shape queue_shape(std::size_t capacity, const WiredItem& type) {
  if (capacity == 0) throw Error{"mpyx: a Queue or Pipe needs a capacity of at least 1 item"};
  return SharedQueue::shape(capacity, type.size);
}

}  // namespace

WiringHandle make_queue(std::size_t capacity, const WiredItem& type, bool asked) {
  return make({Wired::queue, type_name(*type.info), {queue_shape(capacity, type)}}, PipeSide::left, asked);
}

WiringHandle make_event() { return make({}, PipeSide::left, false); }

WiringHandle make_pipe(std::size_t capacity, const WiredItem& left_puts, const WiredItem& right_puts, bool asked) {
  const std::string types = type_name(*left_puts.info) + ", " + type_name(*right_puts.info);
  return make({Wired::pipe, types, {queue_shape(capacity, left_puts), queue_shape(capacity, right_puts)}},
              PipeSide::neither, asked);
}

WiringHandle pipe_end(const WiringHandle& pipe, PipeSide side) {
  if (!pipe) throw Error{"mpyx: this Pipe is empty: make it in main(), and hand its ends to stages"};
  {
    const channel::WiringLock lock{pipe->domain(), local(pipe).wiring()};
    ++local(pipe).wiring().uses;
  }
  return std::make_shared<LocalAttachment>(pipe->shared_domain(), pipe->offset(), side, nullptr);
}

void save_handle(const WiringHandle& handle, Writer& writer) {
  using channel::collector;
  if (collector.transit == nullptr && collector.labels == nullptr) {
    throw Error{
        "mpyx: a Queue, Event or Pipe cannot travel in an item: hand it to the stage as a member when it is made"};
  }
  if (handle && handle->shared_domain() != channel::process_domain()) {
    throw Error{"mpyx: " + local(handle).label() + " was made in a session that has ended"};
  }
  SavedHandle saved{};
  if (handle && collector.labels != nullptr) collector.labels->push_back(local(handle).label());
  if (handle && collector.transit != nullptr) {
    saved = {collector.transit->add(local(handle)), handle->offset(),
             static_cast<std::uint32_t>(local(handle).wiring().kind), static_cast<std::uint32_t>(handle->side())};
  }
  writer.write(&saved, sizeof saved);
}

WiringHandle load_handle(Reader& reader, Wired kind, PipeSide side) {
  SavedHandle saved{};
  reader.read(&saved, sizeof saved);
  if (saved.ticket == memory::null_offset) return nullptr;
  if (saved.side != static_cast<std::uint32_t>(side) || saved.kind != static_cast<std::uint32_t>(kind))
    throw Error{"mpyx: a stage's serialize loads another handle than it saved"};
  const auto& domain = channel::process_domain();
  const channel::Waiter* owner = channel::stage_waiter();
  const WiringHandle before = known(saved.wiring, side, owner);
  WiringHandle handle = before;
  if (channel::away_from_home()) {
    if (!before) handle = std::make_shared<RemoteAttachment>(domain, saved.wiring, side, owner);
    static_cast<RemoteAttachment&>(*handle).attach(saved.ticket);
  } else {
    handle = channel::redeem(domain, saved.ticket, owner, std::static_pointer_cast<LocalAttachment>(before));
    if (!handle) throw Error{"mpyx: a handle inside a stage was decoded twice"};
  }
  if (!before) known_here.push_back({saved.wiring, side, handle});
  return handle;
}

std::vector<std::string> collect_handles(const std::function<void()>& save) {
  std::vector<std::string> labels;
  channel::collect({nullptr, &labels}, save);
  return labels;
}

}  // namespace mpyx::detail
