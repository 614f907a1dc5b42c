#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "transport/held_item.hpp"
#include "transport/link.hpp"
#include "transport/record.hpp"

namespace mpyx::transport {

/// What tells the other side about a large item: its sizes, then a Large record. May need several batches.
struct Announcement {
  ChannelKey key;
  std::uint8_t flags = 0;
  std::uint32_t transfer = 0;
  std::uint32_t sizes_written = 0;
};

/// Large items on their way to one host. An item is announced, granted by the receiver once it has memory for it, and then
/// sent in chunks out of the memory where it lies; its references are dropped when all were sent. Granted items take
/// turns, a chunk each; a few MiB are under way at once, so that a long way is filled and batches still get through.
/// Used by the courier's thread.
class OutgoingTransfers {
 public:
  /// A body of at most so many bytes goes with the announcement.
  static constexpr std::size_t inline_body = 16384;

  OutgoingTransfers(Link& link, int host) : link_{&link}, host_{host} {}

  /// Starts one; the announcement is then to be written.
  Announcement add(const ChannelKey& key, std::uint8_t flags, HeldItem item, std::vector<Weight> weights);
  /// False when there is no room for all of it: to be called again with the next batch, before anything else of the channel.
  bool announce(RecordWriter& to, Announcement& announcement);

  /// False when there is no such transfer.
  bool grant(std::uint32_t transfer);
  struct Refused {
    ChannelKey key;
    HeldItem item;
  };
  /// The item, when there is such a transfer and it was not granted.
  std::optional<Refused> refuse(std::uint32_t transfer);
  bool chunk_sent(std::uint32_t transfer);
  /// Starts chunks; returns whether any was.
  bool pump();

  bool sending() const { return in_flight_ != 0 || !granted_.empty(); }
  /// Nothing is announced or on its way.
  bool empty() const { return transfers_.empty(); }
  /// What was not announced in full is not sent.
  void cancel(const std::optional<Announcement>& unfinished) {
    if (unfinished) transfers_.erase(unfinished->transfer);
  }
  /// Drops what has not been granted: the other side has left.
  void drop_ungranted();

 private:
  static constexpr std::size_t k_bytes_in_flight = 4 * Link::chunk_bytes;
  static constexpr int k_chunks_in_flight = 64;

  struct Transfer {
    ChannelKey key{};
    HeldItem item;
    std::vector<Weight> weights;        // that go with it
    std::size_t part = 0;               // 0: the body; n: block n - 1
    std::size_t position = 0;           // in that part
    std::deque<std::size_t> in_flight;  // sizes of chunks that are under way
    bool granted = false;
  };
  /// One that can be told apart from what is granted: a huge item may be under way while thousands of others are.
  std::uint32_t take_number();
  static bool skip_done_parts(Transfer& transfer);

  Link* link_;
  int host_;
  std::uint32_t next_number_ = 1;
  std::unordered_map<std::uint32_t, Transfer> transfers_;
  std::deque<std::uint32_t> granted_;  // with chunks that were not started
  std::vector<std::uint32_t> open_;    // granted, and not sent in full
  int in_flight_ = 0;                  // chunks
  std::size_t bytes_in_flight_ = 0;
};

}  // namespace mpyx::transport
