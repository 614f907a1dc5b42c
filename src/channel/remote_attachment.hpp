#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "channel/attachment.hpp"
#include "channel/wiring_call.hpp"

namespace mpyx::channel {

/// Set in what wait_begins() is told of a Wiring on another host: the rest is its place there.
inline constexpr memory::Offset elsewhere_bit = memory::Offset{1} << 63;

/// A question to home in this host's shared memory, between the thread that asks and the host's first rank.
///
///     asker: fills it, says so to the first rank, parks   ->  asked
///     first rank: sends the item; later writes the answer, asked -> answered, wakes the asker
///     or asker: has to end, asked -> abandoned             ->  the first rank drops the answer, or sends its item back
///
/// Its block has two references, one for each of them; every question is answered exactly once.
struct RemoteRequest {
  enum State : std::uint32_t { asked, answered, abandoned };

  memory::WaitCell own_cell;  ///< where a thread that is no stage's waits
  memory::Offset cell;        ///< where the asker waits: that, or its stage's, which outlives an `asked` request
  std::atomic<std::uint32_t> state;
  WiringVerb verb;
  bool endless;
  bool holds;
  bool has_item;  ///< which the request owns: put's until it is sent, then get's
  std::uint64_t holder;
  std::uint64_t number;
  std::int64_t limit_ns;
  QueuedFrame item;
  WiringAnswer::Outcome outcome;
  std::uint64_t value;
  std::array<char, 1024> text;  ///< a name; then why it failed
};

}  // namespace mpyx::channel

namespace mpyx::detail {

/// A stage's share in a Wiring of another host: every operation is a question and an answer. The other end is a holder in
/// channel::RemoteHolders there.
class RemoteAttachment : public Attachment {
 public:
  RemoteAttachment(std::shared_ptr<channel::Domain> domain, memory::Offset wiring, PipeSide side,
                   const channel::Waiter* owner);
  ~RemoteAttachment() override;

  /// One more handle has arrived, with its ticket (in home's memory).
  void attach(memory::Offset ticket);

  std::size_t payload() const override { return channel::QueuedFrame::max_payload; }
  bool put(channel::QueuedItem& item, TimeLimit limit) override;
  bool get(channel::QueuedItem& item, TimeLimit limit) override;
  bool join(TimeLimit limit) override;
  bool wait(TimeLimit limit) override;
  std::size_t size() override;
  void task_done() override;
  void set() override;
  void clear() override;
  bool is_set() override;
  void rename(const std::string& name) override;
  void close() override;

 private:
  class Question;

  bool wait_for(Question& question, TimeLimit limit, bool for_room);

  std::uint64_t holder_;
};

}  // namespace mpyx::detail
