#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "transport/intake.hpp"
#include "transport/link.hpp"
#include "transport/record.hpp"

namespace mpyx::transport {

/// Large items on their way here from one host. They are granted in the order of their announcements, a few MiB ahead,
/// each when there is memory for it, and received straight into their blocks. Used by the courier's thread.
class IncomingTransfers {
 public:
  using Failed = std::function<void(const ChannelKey&, const std::string& why)>;

  IncomingTransfers(channel::Domain& domain, Link& link, int host) : domain_{&domain}, link_{&link}, host_{host} {}

  /// False when the record is damaged.
  [[nodiscard]] bool sizes(const Sizes& head, RecordReader& reader);
  /// The item keeps the place in its queue; when nobody but the transfer refers to it any more, it is not wanted.
  [[nodiscard]] bool announce(const Large& head, RecordReader& reader, std::shared_ptr<Incoming> item);
  /// Forgets sizes that came for an item which is refused at once.
  void forget(std::uint32_t transfer) { sizes_.erase(transfer); }

  /// Grants what it can; writes the answers to `records`. Returns whether it did anything.
  bool pump(std::vector<std::byte>& records, const Failed& failed);
  /// False when nothing like it was expected.
  bool chunk_received(std::uint32_t transfer, const Failed& failed);

  bool receiving() const { return !granted_.empty(); }
  bool empty() const { return granted_.empty() && announced_.empty(); }

 private:
  static constexpr std::uint64_t k_bytes_granted = 8 * Link::chunk_bytes;
  static constexpr std::size_t k_granted = 64;
  static constexpr int k_posted = 4;  // chunks of one transfer

  struct Transfer {
    Large head{};
    std::vector<std::uint64_t> sizes;
    std::vector<std::byte> body;  // that came with the announcement
    std::shared_ptr<Incoming> item;
    std::size_t part = 0, position = 0;  // as in OutgoingTransfers
    int posted = 0;

    /// That may be on their way at once: of a huge item that is little, so that it keeps no other one from being granted.
    std::uint64_t load() const;
  };

  bool clashes(std::uint32_t transfer) const;
  void allocate(Transfer& transfer);
  void post(Transfer& transfer);
  static bool skip_done_parts(Transfer& transfer);
  void finish(Transfer& transfer, const Failed& failed);

  channel::Domain* domain_;
  Link* link_;
  int host_;
  std::unordered_map<std::uint32_t, std::vector<std::uint64_t>> sizes_;
  std::deque<Transfer> announced_;
  std::unordered_map<std::uint32_t, Transfer> granted_;
  std::uint64_t bytes_granted_ = 0;
};

}  // namespace mpyx::transport
