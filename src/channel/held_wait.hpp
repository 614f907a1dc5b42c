#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "channel/local_attachment.hpp"

namespace mpyx::channel {

/// A wait at a Wiring that no thread of its own stands for: some thread that has many of them parks at one cell and looks at
/// those that are worth it. To everybody else it is a wait like any other.
///
/// Whoever is woken answers for what it was woken for: so after a wake-up every HeldWait of that cell is looked at, and one
/// that goes without having looked passes the wake-up on.
class HeldWait {
 public:
  enum class Outcome : std::uint8_t { waits, done, not_done, hopeless };

  /// `cell`: where that thread parks. `holds`: the holder does nothing else meanwhile. Throws Error after close().
  HeldWait(std::shared_ptr<detail::LocalAttachment> holder, detail::LocalAttachment::Step step, memory::WaitCell& cell,
           detail::TimeLimit limit, bool holds);
  HeldWait(const HeldWait&) = delete;
  HeldWait& operator=(const HeldWait&) = delete;
  ~HeldWait() { forget(); }

  /// Tries; waits from now on if that fails. Throws OutOfMemory.
  Outcome look();
  bool worth_looking(std::int64_t now) const { return step_.ready() || hopeless() || now >= deadline_; }
  std::int64_t deadline() const { return deadline_; }
  const detail::LocalAttachment& holder() const { return *holder_; }

 private:
  bool hopeless() const;
  void forget() noexcept;

  std::shared_ptr<detail::LocalAttachment> holder_;
  detail::LocalAttachment::Step step_;
  WaitTable::Entry entry_;
  std::int64_t deadline_;
  std::uint32_t verdicts_;
  std::optional<std::size_t> place_;  // in the Wiring's table
};

}  // namespace mpyx::channel
