#pragma once

#include <vector>

namespace mpyx::transport {

/// The epoll descriptors of this process.
std::vector<int> epoll_descriptors();

/// Those of them that watch a listening TCP socket and are not among `before`. After MPI_Init that is the descriptor on
/// which Open MPI waits for what other hosts send, the connections that come later included; those of PMIx listen to
/// nobody. Empty when MPI takes another way, or the kernel does not tell.
std::vector<int> listening_epoll_descriptors(const std::vector<int>& before);

}  // namespace mpyx::transport
