#pragma once

#include <cstdint>

namespace mpyx::ring {

/// The state of one slot, in one 64-bit word, so that every change is one atomic store or CAS and a survivor can read and
/// repair what a dead process left.
///
///     63        44 43   40 39        24 23     16 15          0
///     | lap (20)  | state | owner (16) | flags   | length (16) |
///
/// lap     which round through the ring wrote the slot (position / slots, modulo 2^20)
/// state   below
/// owner   running, done: the consumer's number in its inbox
/// flags   of the item, for the floors above
/// length  bytes of payload in the slot
struct SlotWord {
  enum class State : std::uint8_t {
    free = 0,     ///< nothing in it, or consumed
    full = 1,     ///< published, nobody has taken it
    running = 2,  ///< taken by `owner` (shared lanes only)
    done = 3,     ///< `owner` has finished the item and drops what it refers to; never full again
  };

  static constexpr std::uint64_t lap_mask = (1U << 20) - 1;

  std::uint64_t bits = 0;

  static constexpr SlotWord make(std::uint64_t lap, State state, std::uint16_t owner, std::uint8_t flags,
                                 std::uint16_t length) {
    return {(lap & lap_mask) << 44 | std::uint64_t{static_cast<std::uint8_t>(state)} << 40 |
            std::uint64_t{owner} << 24 | std::uint64_t{flags} << 16 | length};
  }
  constexpr SlotWord with(State state, std::uint16_t owner) const {
    return make(lap(), state, owner, flags(), length());
  }

  constexpr std::uint64_t lap() const { return bits >> 44; }
  constexpr State state() const { return static_cast<State>(bits >> 40 & 0xf); }
  constexpr std::uint16_t owner() const { return static_cast<std::uint16_t>(bits >> 24); }
  constexpr std::uint8_t flags() const { return static_cast<std::uint8_t>(bits >> 16); }
  constexpr std::uint16_t length() const { return static_cast<std::uint16_t>(bits); }

  /// Whatever owner, flags and length are. One comparison: the two lie side by side, at the top.
  constexpr bool same_lap_and_state(SlotWord other) const { return bits >> 40 == other.bits >> 40; }
  /// Written in `round` or before it, as far as 20 bits tell.
  constexpr bool not_newer_than(std::uint64_t round) const { return ((round - lap()) & lap_mask) <= lap_mask / 2; }
};

}  // namespace mpyx::ring
