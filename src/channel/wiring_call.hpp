#pragma once

#include <mpyx/serialize.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "memory/offset.hpp"

/// What stages on other hosts and the host where Queues, Events and Pipes are made (home: the coordinator's) say to each other.
namespace mpyx::channel {

/// An item between hosts: its frame's body and the contents of the blocks that it refers to.
struct PackedItem {
  std::uint8_t flags = 0;  ///< wire::flag, but in_block
  std::string body;
  std::vector<std::string> blocks;

  /// It would hold up other messages.
  bool is_large() const {
    constexpr std::size_t small = 16384;
    return body.size() > small || !blocks.empty();
  }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(flags, body, blocks);
  }
};

enum class WiringVerb : std::uint8_t {
  // without an answer
  attach,    ///< the stage has the handle of ticket `at`
  release,   ///< the last handle of the holder is gone
  close,     ///< the holder's close()
  abandon,   ///< nobody waits for the answer to `request` any more
  put_back,  ///< the answer to an abandoned request has come, with this item if it was a get
  // with exactly one answer each; these may wait
  put,
  get,
  join,
  wait,
  // and these do not
  size,
  task_done,
  set,
  clear,
  is_set,
  rename,
};

/// From another host to home.
struct WiringCall {
  WiringVerb verb = WiringVerb::attach;
  bool endless = false;       ///< no time limit
  bool holds = false;         ///< the stage that holds the handle waits itself, not a thread of the user's own
  bool has_item = false;      ///< in put_back
  std::uint64_t holder = 0;   ///< number of the stage's attachment, on its host
  std::uint64_t request = 0;  ///< a number that its host gives once
  memory::Offset at = 0;      ///< where the answer goes, in that host's memory; attach: the ticket, in home's
  std::int64_t limit_ns = 0;  ///< counted from the arrival
  std::string name;           ///< in rename
  PackedItem item;            ///< in put and put_back

  template <class Archive>
  void serialize(Archive& archive) {
    archive(verb, endless, holds, has_item, holder, request, at, limit_ns, name, item);
  }
};

/// From home to the other host.
struct WiringAnswer {
  enum class Outcome : std::uint8_t { done, not_done, hopeless, failed };

  Outcome outcome = Outcome::done;
  bool has_item = false;
  std::uint64_t holder = 0;
  std::uint64_t request = 0;
  memory::Offset at = 0;
  std::uint64_t value = 0;  ///< of size and is_set
  std::string text;         ///< of hopeless and failed
  PackedItem item;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(outcome, has_item, holder, request, at, value, text, item);
  }
};

}  // namespace mpyx::channel
