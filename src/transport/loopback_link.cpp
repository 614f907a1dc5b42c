#include "transport/loopback_link.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mpyx::transport {

namespace {
constexpr int k_in_flight = 8;  // batches from one host to another
}  // namespace

class LoopbackNetwork::End final : public Link {
 public:
  End(LoopbackNetwork& network, int host) : network_{&network}, host_{host}, room_(batch_bytes / 8) {}
  ~End() override { close(); }

  int host() const override { return host_; }
  int hosts() const override { return network_->hosts(); }

  std::span<std::byte> batch_room(int host) override {
    const std::lock_guard lock{network_->mutex_};
    if (in_flight(host) >= k_in_flight) return {};
    return std::as_writable_bytes(std::span{room_});
  }

  void send_batch(int host, std::size_t bytes) override {
    const auto* begin = reinterpret_cast<const std::byte*>(room_.data());
    Batch batch{host_, {begin, begin + bytes}};
    const std::lock_guard lock{network_->mutex_};
    ++in_flight(host);
    network_->inboxes_[index(host)].push_back(std::move(batch));
  }

  std::optional<Arrival> receive() override {
    const std::lock_guard lock{network_->mutex_};
    auto& inbox = network_->inboxes_[index(host_)];
    if (inbox.empty()) return std::nullopt;
    in_hand_ = std::move(inbox.front());
    inbox.pop_front();
    --network_->in_flight_[index(in_hand_.from)][index(host_)];
    return Arrival{in_hand_.from, in_hand_.bytes};
  }

  void send_chunk(int host, std::uint32_t transfer, std::span<const std::byte> bytes) override {
    const std::lock_guard lock{network_->mutex_};
    const Chunk chunk{host_, host, transfer, const_cast<std::byte*>(bytes.data()), bytes.size()};
    Chunk other{};
    if (!network_->match(network_->expected_, chunk, other)) {
      network_->sent_.push_back(chunk);
    } else {
      network_->copy(chunk, other);
    }
  }

  void receive_chunk(int host, std::uint32_t transfer, std::span<std::byte> bytes) override {
    const std::lock_guard lock{network_->mutex_};
    const Chunk chunk{host, host_, transfer, bytes.data(), bytes.size()};
    Chunk other{};
    if (!network_->match(network_->sent_, chunk, other)) {
      network_->expected_.push_back(chunk);
    } else {
      network_->copy(other, chunk);
    }
  }

  std::optional<ChunkDone> chunk_done() override {
    const std::lock_guard lock{network_->mutex_};
    auto& done = network_->done_[index(host_)];
    if (done.empty()) return std::nullopt;
    const ChunkDone first = done.front();
    done.pop_front();
    return first;
  }

  bool all_sent(int host) override {
    const std::lock_guard lock{network_->mutex_};
    return in_flight(host) == 0;
  }

  void close() override {
    const std::lock_guard lock{network_->mutex_};
    std::erase_if(network_->sent_, [this](const Chunk& chunk) { return chunk.from == host_; });
    std::erase_if(network_->expected_, [this](const Chunk& chunk) { return chunk.to == host_; });
  }

 private:
  static std::size_t index(int host) { return static_cast<std::size_t>(host); }
  int& in_flight(int to) { return network_->in_flight_[index(host_)][index(to)]; }

  LoopbackNetwork* network_;
  int host_;
  std::vector<std::uint64_t> room_;
  Batch in_hand_{};
};

LoopbackNetwork::LoopbackNetwork(int hosts)
    : inboxes_(static_cast<std::size_t>(hosts)),
      in_flight_(static_cast<std::size_t>(hosts), std::vector<int>(static_cast<std::size_t>(hosts))),
      done_(static_cast<std::size_t>(hosts)) {}

LoopbackNetwork::~LoopbackNetwork() = default;

std::unique_ptr<Link> LoopbackNetwork::link(int host) { return std::make_unique<End>(*this, host); }

bool LoopbackNetwork::match(std::deque<Chunk>& among, const Chunk& chunk, Chunk& found) {
  const auto other = std::find_if(among.begin(), among.end(), [&](const Chunk& each) {
    return each.from == chunk.from && each.to == chunk.to &&
           Link::short_number(each.transfer) == Link::short_number(chunk.transfer);
  });
  if (other == among.end()) return false;
  found = *other;
  among.erase(other);
  return true;
}

void LoopbackNetwork::copy(const Chunk& sent, const Chunk& expected) {
  std::memcpy(expected.bytes, sent.bytes, std::min(sent.size, expected.size));
  done_[static_cast<std::size_t>(sent.from)].push_back({sent.to, sent.transfer, true});
  done_[static_cast<std::size_t>(sent.to)].push_back({sent.from, sent.transfer, false});
}

}  // namespace mpyx::transport
