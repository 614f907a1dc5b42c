#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "base/clock.hpp"
#include "transport/link.hpp"

namespace mpyx::transport {

/// A link on which batches take their time, each sender's a different one, so that those of different hosts overtake each
/// other and chunks; and which can be cut.
class FaultyLink final : public Link {
 public:
  FaultyLink(std::unique_ptr<Link> link, std::int64_t longest_delay, unsigned seed);

  /// From any thread: nothing goes to or comes from anybody any more, and nobody is told.
  void cut() { cut_ = true; }

  int host() const override { return link_->host(); }
  int hosts() const override { return link_->hosts(); }
  std::span<std::byte> batch_room(int host) override { return link_->batch_room(host); }
  void send_batch(int host, std::size_t bytes) override;
  std::optional<Arrival> receive() override;
  void send_chunk(int host, std::uint32_t transfer, std::span<const std::byte> bytes) override;
  void receive_chunk(int host, std::uint32_t transfer, std::span<std::byte> bytes) override;
  std::optional<ChunkDone> chunk_done() override;
  bool all_sent(int host) override { return cut_ || link_->all_sent(host); }
  void close() override { link_->close(); }

 private:
  struct Delayed {
    std::int64_t due;
    std::vector<std::byte> bytes;
  };

  std::unique_ptr<Link> link_;
  std::int64_t longest_delay_;
  std::minstd_rand random_;
  std::vector<std::deque<Delayed>> delayed_;  // by sender
  std::vector<std::byte> in_hand_;
  std::atomic<bool> cut_{false};
};

}  // namespace mpyx::transport
