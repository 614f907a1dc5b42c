#include "transport/mpi_link.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace mpyx::transport {

namespace {
constexpr int batch_tag = 1;
constexpr int first_chunk_tag = 2;

int tag_of(std::uint32_t transfer) { return first_chunk_tag + static_cast<int>(Link::short_number(transfer)); }
}  // namespace

// Order. MPI matches the messages of one sender, with one tag, to the receives in the order in which both were made; the ring
// is looked at in that order, and a slot is posted again only after it was read. So batches of one host stay in order, whatever
// completes first, and a large item's chunks, which share a tag, do too.

MpiLink::MpiLink(MPI_Comm comm, std::vector<int> first_ranks, std::vector<int> descriptors)
    : comm_{comm},
      first_ranks_{std::move(first_ranks)},
      descriptors_{std::move(descriptors)},
      hosts_{static_cast<int>(first_ranks_.size())} {
  MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN);
  int rank = 0;
  MPI_Comm_rank(comm_, &rank);
  host_ = host_of(rank);
  peers_.resize(static_cast<std::size_t>(hosts_));
  receives_.resize(k_posted, MPI_REQUEST_NULL);
  for (std::size_t i = 0; i < k_posted; ++i) {
    arriving_.push_back(std::make_unique<Buffer>());
    post(i);
  }
}

MpiLink::~MpiLink() {
  close();
  // Of a host that is lost, sends may never finish: their buffers have to stay.
  for (auto& peer : peers_) {
    for (auto& sending : peer.in_flight) {
      if (!test(sending.request, -1)) static_cast<void>(sending.buffer.release());
    }
  }
}

void MpiLink::check(int result, int host, const char* what) const {
  if (result == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(result, text, &length);
  throw LinkError{host, std::string{what} + " failed: " + std::string{text, static_cast<std::size_t>(length)}};
}

int MpiLink::host_of(int rank) const {
  return static_cast<int>(std::ranges::lower_bound(first_ranks_, rank) - first_ranks_.begin());
}

bool MpiLink::test(MPI_Request& request, int host, MPI_Status* status) const {
  int done = 0;
  check(MPI_Test(&request, &done, status), host, "a message to or from it");
  return done != 0;
}

void MpiLink::post(std::size_t slot) {
  check(MPI_Irecv(arriving_[slot]->bytes, static_cast<int>(batch_bytes), MPI_BYTE, MPI_ANY_SOURCE, batch_tag, comm_,
                  &receives_[slot]),
        -1, "receiving");
}

void MpiLink::reap(int host) {
  Peer& peer = peers_[static_cast<std::size_t>(host)];
  while (!peer.in_flight.empty() && test(peer.in_flight.front().request, host)) {
    free_.push_back(std::move(peer.in_flight.front().buffer));
    peer.in_flight.pop_front();
  }
}

std::span<std::byte> MpiLink::batch_room(int host) {
  Peer& peer = peers_[static_cast<std::size_t>(host)];
  reap(host);
  if (peer.in_flight.size() >= k_in_flight || (host < host_ && !peer.heard)) return {};
  if (!peer.open) {
    if (free_.empty()) free_.push_back(std::make_unique<Buffer>());
    peer.open = std::move(free_.back());
    free_.pop_back();
  }
  return peer.open->bytes;
}

void MpiLink::send_batch(int host, std::size_t bytes) {
  Peer& peer = peers_[static_cast<std::size_t>(host)];
  Sending& sending = peer.in_flight.emplace_back(Sending{MPI_REQUEST_NULL, std::move(peer.open)});
  check(MPI_Isend(sending.buffer->bytes, static_cast<int>(bytes), MPI_BYTE, rank_of(host), batch_tag, comm_,
                  &sending.request),
        host, "sending");
}

std::optional<Link::Arrival> MpiLink::receive() {
  if (std::exchange(in_hand_, false)) {
    post(oldest_);
    oldest_ = (oldest_ + 1) % k_posted;
  }
  MPI_Status status;
  if (!test(receives_[oldest_], -1, &status)) return std::nullopt;
  int bytes = 0;
  MPI_Get_count(&status, MPI_BYTE, &bytes);
  in_hand_ = true;
  const int from = host_of(status.MPI_SOURCE);
  peers_[static_cast<std::size_t>(from)].heard = true;
  return Arrival{from, {arriving_[oldest_]->bytes, static_cast<std::size_t>(bytes)}};
}

void MpiLink::send_chunk(int host, std::uint32_t transfer, std::span<const std::byte> bytes) {
  Chunk& chunk = chunks_.emplace_back(Chunk{MPI_REQUEST_NULL, {host, transfer, true}});
  check(MPI_Isend(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, rank_of(host), tag_of(transfer), comm_,
                  &chunk.request),
        host, "sending");
}

void MpiLink::receive_chunk(int host, std::uint32_t transfer, std::span<std::byte> bytes) {
  Chunk& chunk = chunks_.emplace_back(Chunk{MPI_REQUEST_NULL, {host, transfer, false}});
  check(MPI_Irecv(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, rank_of(host), tag_of(transfer), comm_,
                  &chunk.request),
        host, "receiving");
}

std::optional<Link::ChunkDone> MpiLink::chunk_done() {
  for (; next_chunk_ < chunks_.size(); ++next_chunk_) {
    Chunk& chunk = chunks_[next_chunk_];
    if (!test(chunk.request, chunk.done.host)) continue;
    const ChunkDone done = chunk.done;
    std::swap(chunk, chunks_.back());
    chunks_.pop_back();
    return done;
  }
  next_chunk_ = 0;
  return std::nullopt;
}

bool MpiLink::all_sent(int host) {
  reap(host);
  return peers_[static_cast<std::size_t>(host)].in_flight.empty();
}

void MpiLink::close() {
  if (std::exchange(closed_, true)) return;
  for (std::size_t i = 0; i < k_posted; ++i) {
    if (receives_[i] == MPI_REQUEST_NULL) continue;
    MPI_Cancel(&receives_[i]);
    MPI_Wait(&receives_[i], MPI_STATUS_IGNORE);
  }
  for (Chunk& chunk : chunks_) {  // of a host that is lost
    if (chunk.done.sent) continue;
    MPI_Cancel(&chunk.request);
    MPI_Request_free(&chunk.request);
  }
}

}  // namespace mpyx::transport
