#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace mpyx::transport {

/// A channel of a run; the same on all hosts.
struct ChannelKey {
  std::uint64_t run;
  std::uint32_t channel;
  std::uint32_t reserved = 0;  ///< so that it travels without padding

  friend bool operator==(const ChannelKey&, const ChannelKey&) = default;
};

struct ChannelKeyHash {
  std::size_t operator()(const ChannelKey& key) const noexcept {
    return std::hash<std::uint64_t>{}(key.run * 0x9e3779b97f4a7c15ULL + key.channel);
  }
};

}  // namespace mpyx::transport
