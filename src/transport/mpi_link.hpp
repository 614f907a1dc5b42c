#pragma once

#include <mpi.h>

#include <deque>
#include <memory>
#include <vector>

#include "transport/link.hpp"

namespace mpyx::transport {

/// The link of a real job: a communicator of its own among the hosts' first ranks.
class MpiLink final : public Link {
 public:
  /// Collective among the ranks of `hosts`; a host's number is its rank there. All calls from the thread that initialised MPI.
  explicit MpiLink(MPI_Comm hosts);
  MpiLink(const MpiLink&) = delete;
  MpiLink& operator=(const MpiLink&) = delete;
  ~MpiLink() override;

  int host() const override { return host_; }
  int hosts() const override { return hosts_; }
  std::span<std::byte> batch_room(int host) override;
  void send_batch(int host, std::size_t bytes) override;
  std::optional<Arrival> receive() override;
  void send_chunk(int host, std::uint32_t transfer, std::span<const std::byte> bytes) override;
  void receive_chunk(int host, std::uint32_t transfer, std::span<std::byte> bytes) override;
  std::optional<ChunkDone> chunk_done() override;
  bool all_sent(int host) override;
  void close() override;

 private:
  static constexpr std::size_t k_posted = 32;    // batches that may arrive before anybody looks
  static constexpr std::size_t k_in_flight = 8;  // batches to one host

  struct alignas(64) Buffer {
    std::byte bytes[batch_bytes];
  };
  using BufferPtr = std::unique_ptr<Buffer>;
  struct Sending {
    MPI_Request request;
    BufferPtr buffer;
  };
  struct Peer {
    std::deque<Sending> in_flight;  // oldest first
    BufferPtr open;                 // given out by batch_room()
  };
  struct Chunk {
    MPI_Request request;
    ChunkDone done;
  };

  void check(int result, int host, const char* what) const;
  bool test(MPI_Request& request, int host, MPI_Status* status = MPI_STATUS_IGNORE) const;
  void reap(int host);
  void post(std::size_t slot);

  MPI_Comm comm_ = MPI_COMM_NULL;
  int host_ = 0;
  int hosts_ = 0;
  std::vector<Peer> peers_;
  std::vector<BufferPtr> free_;
  std::vector<BufferPtr> arriving_;  // a ring; receives are posted, and looked at, in its order
  std::vector<MPI_Request> receives_;
  std::size_t oldest_ = 0;
  bool in_hand_ = false;  // the oldest has come and was given to the caller
  std::vector<Chunk> chunks_;
  std::size_t next_chunk_ = 0;
  bool closed_ = false;
};

}  // namespace mpyx::transport
