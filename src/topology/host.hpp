#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpyx::topology {

/// What a rank tells about the host it runs on.
struct HostRecord {
  std::string name;            ///< host name
  std::uint64_t identity = 0;  ///< equal exactly for processes that can share memory and see each other
  int cores = 1;               ///< that this process may use
  std::uint64_t memory = 0;    ///< bytes, within the limit of the control group; 0 when unknown
};

/// Identity is made of the boot, the pid, ipc, mount and uts namespaces and the host name, so that emulated hosts and
/// containers on one machine count as different hosts.
HostRecord this_host();

/// What each rank tells rank 0 at the start.
struct RankRecord {
  int rank = 0;
  pid_t pid = 0;
  HostRecord host;
  std::string build_id;
  std::string program;
};

/// One shared-memory domain.
struct Host {
  std::string name;
  std::uint64_t identity = 0;
  int first_rank = 0;
  std::vector<int> ranks;  ///< ascending
  int cores = 1;
  int slots = 0;  ///< ranks that take nodes: all but rank 0, which runs main (when it is not the only one)
  std::uint64_t memory = 0;
};

struct Topology {
  std::vector<Host> hosts;        ///< ordered by first rank: hosts[0] is the coordinator's
  std::vector<int> host_of_rank;  ///< index into hosts, by rank

  int size() const noexcept { return static_cast<int>(host_of_rank.size()); }
};

/// Pure. The records may come in any order; throws std::invalid_argument unless they are ranks 0..n-1, each once.
Topology make_topology(std::vector<RankRecord> records);

/// The index of the host that a user calls by this name; "node7" and "node7.example.org" are the same (launchers strip
/// domains) unless both have one and these differ.
std::optional<int> find_host(const Topology& topology, std::string_view name);

/// One message that names the first rank whose build differs from rank 0's; nothing when all are the same.
std::optional<std::string> build_mismatch(const std::vector<RankRecord>& records);

}  // namespace mpyx::topology
