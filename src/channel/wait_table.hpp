#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "channel/inbox.hpp"

namespace mpyx::channel {

/// Who waits at a Wiring just now, in shared memory. Everything here is called under the Wiring's lock; the cells are woken
/// under it, too: so none is touched after its waiter has gone. Grows as needed, by another block of the arena.
class WaitTable {
 public:
  enum Reason : std::uint8_t {
    get_left,
    get_right,
    put_left,
    put_right,
    join,
    set
  };  ///< left, right: the side that waits
  static constexpr std::size_t reasons = 6;

  struct Entry {
    memory::Offset cell = memory::null_offset;  ///< null: not in use
    std::uint16_t process = 0;
    Reason reason = get_left;
    bool endless = false;  ///< without a time limit, and not yet released
    bool holder = false;   ///< endless, and a stage that does nothing meanwhile
    bool main = false;     ///< endless, and the program's main thread
  };

  std::size_t add(Domain& domain, const Entry& entry);  ///< where it is; throws OutOfMemory
  void remove(const Domain& domain, std::size_t place);

  std::uint32_t waiting(Reason reason) const { return waiting_[reason]; }
  std::uint32_t endless(Reason reason) const { return endless_[reason]; }
  std::uint32_t holders() const { return holders_; }
  std::uint32_t mains() const { return mains_; }

  /// After publishing what they wait for.
  void wake_one(const Domain& domain, Reason reason);
  void wake_all(const Domain& domain, Reason reason);
  /// As wake_all(), and those waits will end, whatever happens until they look.
  void release_all(const Domain& domain, Reason reason);
  void wake_everybody(const Domain& domain);

  /// Forgets those of a process that has died, and wakes the others, since it may have been about to.
  void repair(Domain& domain, std::uint16_t dead);
  void destroy(Domain& domain);

 private:
  static constexpr std::size_t own_places = 16;

  Entry* entries(const Domain& domain) { return more_ == memory::null_offset ? own_.data() : domain.at<Entry>(more_); }
  std::size_t places() const { return more_ == memory::null_offset ? own_places : more_places_; }
  void count(const Entry& entry, std::uint32_t by);
  void grow(Domain& domain);

  std::array<std::uint32_t, reasons> waiting_;
  std::array<std::uint32_t, reasons> endless_;
  std::uint32_t holders_;
  std::uint32_t mains_;
  std::uint32_t used_;  ///< places from here on are free
  std::uint32_t more_places_;
  memory::Offset more_;  ///< a larger table in place of own_
  std::array<Entry, own_places> own_;
};

}  // namespace mpyx::channel
