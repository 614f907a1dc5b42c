#pragma once

#include <atomic>

#include "hosts_rig.hpp"

namespace mpyx::transport {

/// Numbers as items of every kind, and threads that put and take them.
class Traffic {
 public:
  /// What travels: 8-byte items only, or all kinds by turns, large ones included.
  enum class Kind { plain, mixed };

  Traffic(TestHost& host, ChannelPart& part, std::uint64_t values, Kind kind)
      : host_{&host}, part_{&part}, kind_{kind}, seen_(values) {}

  /// False when nobody takes it any more.
  bool put(channel::OutPort& port, memory::WaitCell& cell, std::uint64_t value);
  /// The number in an item, after having looked at all of it.
  std::uint64_t check(const channel::Frame& frame);

  /// Puts first, first + 1 ... as producer number `producer`, and closes; returns how many.
  std::uint64_t produce(std::uint32_t producer, std::uint64_t first, std::uint64_t count);
  /// Takes until the end, or until it has taken `most`; `each` is called with every number.
  void consume(std::uint32_t consumer, std::uint64_t most = ~std::uint64_t{0},
               const std::function<void(std::uint64_t)>& each = {});

  /// How often each number was taken on all hosts.
  std::vector<std::uint32_t> seen_everywhere();
  std::uint64_t taken_here() const { return taken_; }

 private:
  void publish_plain(channel::OutPort& port, std::uint64_t value);
  void publish_with_blocks(channel::OutPort& port, std::uint64_t value, std::size_t body,
                           std::span<const std::size_t> sizes);

  TestHost* host_;
  ChannelPart* part_;
  Kind kind_;
  std::vector<std::atomic<std::uint32_t>> seen_;
  std::atomic<std::uint64_t> taken_{0};
};

}  // namespace mpyx::transport
