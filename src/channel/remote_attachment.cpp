#include "channel/remote_attachment.hpp"

#include <mpyx/error.hpp>

#include <algorithm>
#include <mutex>
#include <new>
#include <shared_mutex>
#include <utility>

#include "channel/way_home.hpp"

namespace mpyx::channel {

namespace {

struct Way {
  std::shared_mutex mutex;
  WayHome call;
};
Way& way() {
  static Way the_way;
  return the_way;
}

}  // namespace

void set_way_home(WayHome call) {
  const std::unique_lock lock{way().mutex};
  way().call = std::move(call);
}

bool away_from_home() {
  const std::shared_lock lock{way().mutex};
  return way().call != nullptr;
}

bool call_home(const wire::WiringCalled& call) {
  const std::shared_lock lock{way().mutex};
  if (!way().call) return false;
  way().call(call);
  return true;
}

}  // namespace mpyx::channel

namespace mpyx::detail {

using channel::RemoteRequest;
using channel::WiringAnswer;
using channel::WiringVerb;
using wire::WiringCalled;

namespace {

/// Unlike any other of this host.
std::uint64_t next_number(const channel::Domain& domain) {
  static std::atomic<std::uint64_t> given{0};
  return std::uint64_t{domain.process} << 48 | (given.fetch_add(1, std::memory_order_relaxed) + 1);
}

}  // namespace

/// One question, by the thread that asks it.
class RemoteAttachment::Question {
 public:
  Question(RemoteAttachment& of, WiringVerb verb) : of_{&of} {
    constexpr std::size_t bytes = std::max<std::size_t>(sizeof(RemoteRequest), 4096);  // from there on 64-aligned
    channel::Domain& domain = of.domain();
    channel::Waiter& waiter = channel::this_waiter();
    try {
      at_ = domain.arena.allocate(bytes, memory::Owner{domain.process, waiter.node()});
    } catch (const memory::OutOfMemory& error) {
      throw Error{std::string{"mpyx: no room for a question to a Queue, Event or Pipe on another host: "} +
                  error.what()};
    }
    request_ = new (domain.at<std::byte>(at_)) RemoteRequest{};
    stage_ = channel::stage_waiter();
    cell_ = stage_ != nullptr ? &waiter.cell() : &request_->own_cell;
    request_->cell = domain.segment.offset_of(cell_);
    request_->verb = verb;
    request_->holder = of.holder_;
    request_->number = next_number(domain);
  }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;
  ~Question() {
    if (!asked_ && request_->has_item) channel::drop_frame(domain(), request_->item.taken());
    domain().arena.release(at_);
  }

  RemoteRequest* operator->() { return request_; }

  /// Sends it and waits for the answer. `may_end`: throws Stopped when the calling stage has to end first.
  void ask(bool may_end) {
    domain().arena.retain(at_);
    asked_ = channel::call_home({WiringCalled::What::request, of_->holder_, request_->number, at_});
    if (!asked_) {
      domain().arena.release(at_);
      throw Stopped{};  // the session is over
    }
    const auto answered = [this] { return request_->state.load(std::memory_order_acquire) == RemoteRequest::answered; };
    const auto must_end = [&] { return may_end && stage_ != nullptr && stage_->must_end(); };
    memory::park(*cell_, [&] { return answered() || must_end(); });
    if (!answered()) abandon();
    if (request_->outcome == WiringAnswer::Outcome::done || request_->outcome == WiringAnswer::Outcome::not_done)
      return;
    if (request_->outcome == WiringAnswer::Outcome::hopeless && stage_ != nullptr) throw Stopped{};
    throw Error{request_->text.data()};
  }
  bool done() const { return request_->outcome == WiringAnswer::Outcome::done; }

 private:
  channel::Domain& domain() const { return of_->domain(); }
  void abandon() {
    std::uint32_t state = RemoteRequest::asked;  // partner of release: the first rank's exchange
    if (!request_->state.compare_exchange_strong(state, RemoteRequest::abandoned, std::memory_order_acq_rel)) return;
    channel::call_home({WiringCalled::What::abandon, of_->holder_, request_->number, memory::null_offset});
    throw Stopped{};
  }

  RemoteAttachment* of_;
  memory::Offset at_ = memory::null_offset;
  RemoteRequest* request_ = nullptr;
  channel::Waiter* stage_ = nullptr;
  memory::WaitCell* cell_ = nullptr;
  bool asked_ = false;
};

RemoteAttachment::RemoteAttachment(std::shared_ptr<channel::Domain> domain, memory::Offset wiring, PipeSide side,
                                   const channel::Waiter* owner)
    : Attachment{std::move(domain), wiring, side, owner}, holder_{next_number(this->domain())} {}

RemoteAttachment::~RemoteAttachment() {
  channel::call_home({WiringCalled::What::release, holder_, 0, memory::null_offset});
}

void RemoteAttachment::attach(memory::Offset ticket) {
  channel::call_home({WiringCalled::What::attach, holder_, 0, ticket});
}

void RemoteAttachment::close() { channel::call_home({WiringCalled::What::close, holder_, 0, memory::null_offset}); }

bool RemoteAttachment::wait_for(Question& question, TimeLimit limit, bool for_room) {
  channel::Waiter& waiter = channel::this_waiter();
  if (waiter.must_end()) throw Stopped{};
  question->endless = !limit;
  question->limit_ns = limit ? limit->count() : 0;
  question->holds = channel::stage_waiter() != nullptr && belongs_to(&waiter);
  const KnownWait known{waiter, limit ? memory::null_offset : offset() | channel::elsewhere_bit, for_room};
  question.ask(true);
  return question.done();
}

bool RemoteAttachment::put(channel::QueuedItem& item, TimeLimit limit) {
  Question question{*this, WiringVerb::put};
  question->item = *item;
  question->has_item = true;
  item.owns(false);
  return wait_for(question, limit, true);
}

bool RemoteAttachment::get(channel::QueuedItem& item, TimeLimit limit) {
  Question question{*this, WiringVerb::get};
  if (!wait_for(question, limit, false)) return false;
  *item = question->item;
  item.owns(true);
  return true;
}

bool RemoteAttachment::join(TimeLimit limit) {
  Question question{*this, WiringVerb::join};
  return wait_for(question, limit, false);
}

bool RemoteAttachment::wait(TimeLimit limit) {
  Question question{*this, WiringVerb::wait};
  return wait_for(question, limit, false);
}

std::size_t RemoteAttachment::size() {
  Question question{*this, WiringVerb::size};
  question.ask(false);
  return question->value;
}

void RemoteAttachment::task_done() { Question{*this, WiringVerb::task_done}.ask(false); }
void RemoteAttachment::set() { Question{*this, WiringVerb::set}.ask(false); }
void RemoteAttachment::clear() { Question{*this, WiringVerb::clear}.ask(false); }

bool RemoteAttachment::is_set() {
  Question question{*this, WiringVerb::is_set};
  question.ask(false);
  return question->value != 0;
}

void RemoteAttachment::rename(const std::string& name) {
  Question question{*this, WiringVerb::rename};
  name.copy(question->text.data(), question->text.size() - 1);
  question.ask(false);
}

}  // namespace mpyx::detail
