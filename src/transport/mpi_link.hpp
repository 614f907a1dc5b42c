#pragma once

#include <mpi.h>

#include <deque>
#include <memory>
#include <vector>

#include "transport/link.hpp"

namespace mpyx::transport {

/// The link of a real job, between the hosts' first ranks.
///
/// Two hosts whose first messages cross would connect to each other at the same moment, which Open MPI does not always
/// survive (see RankTree). So the host of the lower number speaks first: until something has come from it, batch_room()
/// gives no room. Couriers say something to everybody when they begin.
class MpiLink final : public Link {
 public:
  /// `first_ranks`: of each host by its number, in `comm`, whose tags from 1 on the link has for itself while it exists.
  /// `descriptors`: on which MPI waits for other hosts, if known. All calls from the thread that initialised MPI.
  MpiLink(MPI_Comm comm, std::vector<int> first_ranks, std::vector<int> descriptors = {});
  MpiLink(const MpiLink&) = delete;
  MpiLink& operator=(const MpiLink&) = delete;
  ~MpiLink() override;

  int host() const override { return host_; }
  int hosts() const override { return hosts_; }
  std::vector<int> descriptors() const override { return descriptors_; }
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
    bool heard = false;             // something has come from it
  };
  struct Chunk {
    MPI_Request request;
    ChunkDone done;
  };

  void check(int result, int host, const char* what) const;
  bool test(MPI_Request& request, int host, MPI_Status* status = MPI_STATUS_IGNORE) const;
  void reap(int host);
  void post(std::size_t slot);

  int rank_of(int host) const { return first_ranks_[static_cast<std::size_t>(host)]; }
  int host_of(int rank) const;

  MPI_Comm comm_;
  std::vector<int> first_ranks_;  // ascending
  std::vector<int> descriptors_;
  int host_ = 0;
  int hosts_;
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
