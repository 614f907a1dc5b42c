#pragma once

#include <atomic>
#include <cstdint>

#include "channel/inbox.hpp"
#include "process/signals.hpp"

namespace mpyx::runtime {

/// What the ranks of one host share beside runs. Made by the host's first rank before the others attach.
struct RankBlock {
  process::FatalRecord fatal;            ///< written by a signal handler of the rank
  std::atomic<std::uint32_t> left;       ///< the rank has ended as it should
  alignas(64) memory::WaitCell service;  ///< where the rank's main thread waits for commands
  alignas(64) memory::WaitCell events;   ///< where a thread of the rank waits for room in the coordinator's inbox
  alignas(64) memory::WaitCell lines;    ///< the same for lines to print
  memory::Offset mailbox;                ///< inbox of commands for this rank
};

struct HostDirectory {
  std::uint32_t ranks;                       ///< on this host; the first is number 0
  std::uint32_t silent;                      ///< ranks without lanes in `events` and `lines`: the coordinator's own
  memory::Offset rank_blocks;                ///< RankBlock[ranks]
  memory::Offset events;                     ///< inbox: ranks to the coordinator
  memory::Offset lines;                      ///< inbox: lines to print, likewise
  alignas(64) memory::WaitCell coordinator;  ///< where the coordinator's control thread waits
  alignas(64) memory::WaitCell printer;
  alignas(64) memory::WaitCell commander;  ///< where the coordinator waits for room in a mailbox
  alignas(64) memory::WaitCell courier;    ///< where the host's courier waits

  /// A rank's lane in `events` and `lines`.
  std::uint32_t lane_of(std::uint32_t number) const { return number - silent; }
  RankBlock& rank(channel::Domain& domain, std::uint32_t number) const {
    return domain.at<RankBlock>(rank_blocks)[number];
  }
};

/// Makes the directory with all its inboxes and sets it as the segment's root.
/// `coordinator`: its first rank is the coordinator, and two threads of it take events and lines; elsewhere one does.
HostDirectory& make_directory(channel::Domain& domain, std::uint32_t ranks, bool coordinator);
HostDirectory& find_directory(channel::Domain& domain);

}  // namespace mpyx::runtime
