#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace mpyx::transport {

/// The way to one host is broken.
class LinkError : public std::runtime_error {
 public:
  LinkError(int host, const std::string& why) : std::runtime_error{why}, host_{host} {}
  int host() const noexcept { return host_; }

 private:
  int host_;
};

/// Messages between the first ranks of the hosts of a job: small batches, in order between any two hosts, and chunks of
/// large items, straight from and into the memory where they lie. Used by one thread. Nothing here waits. Throws LinkError.
class Link {
 public:
  /// Below what Open MPI sends over TCP without asking the receiver first (64 KiB, head included).
  static constexpr std::size_t batch_bytes = 65536 - 512;
  static constexpr std::size_t chunk_bytes = std::size_t{1} << 20;
  /// Transfers are told apart by their short numbers: of those that a host has granted to another one, no two may have the
  /// same. Every MPI has twice as many tags.
  static constexpr std::uint32_t transfer_numbers = 16384;
  static constexpr std::uint32_t short_number(std::uint32_t transfer) { return transfer % transfer_numbers; }

  struct Arrival {
    int from;
    std::span<const std::byte> bytes;
  };
  struct ChunkDone {
    int host;
    std::uint32_t transfer;
    bool sent;  ///< it was sent to `host`, else received from it
  };

  virtual ~Link() = default;
  virtual int host() const = 0;
  virtual int hosts() const = 0;
  /// When receive() would find something new, one of these can be read: to wait for; the link reads them. Empty: no such.
  virtual std::vector<int> descriptors() const { return {}; }

  /// Where the next batch for `host` may be written, 8-aligned; empty while all its send slots are busy. What is written
  /// there is forgotten at the next call, unless send_batch() comes before it.
  virtual std::span<std::byte> batch_room(int host) = 0;
  /// Sends the first `bytes` of what batch_room() gave.
  virtual void send_batch(int host, std::size_t bytes) = 0;
  /// The next batch from anybody; its bytes are valid until the next call.
  virtual std::optional<Arrival> receive() = 0;

  /// Chunks of one transfer from one host to another arrive in the order in which they are sent and received. `transfer` is
  /// the sender's number; the bytes stay where they are until chunk_done() has told that they were sent or received.
  virtual void send_chunk(int host, std::uint32_t transfer, std::span<const std::byte> bytes) = 0;
  virtual void receive_chunk(int host, std::uint32_t transfer, std::span<std::byte> bytes) = 0;
  virtual std::optional<ChunkDone> chunk_done() = 0;

  /// Everything that was sent to `host` has left this process.
  virtual bool all_sent(int host) = 0;
  /// After the last message from everybody was received, or is given up. Takes back what waits for messages.
  virtual void close() = 0;
};

}  // namespace mpyx::transport
