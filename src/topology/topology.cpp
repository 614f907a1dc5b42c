#include <algorithm>
#include <stdexcept>

#include "topology/host.hpp"

namespace mpyx::topology {
namespace {

void require_ranks(const std::vector<RankRecord>& sorted) {
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i].rank == static_cast<int>(i)) continue;
    throw std::invalid_argument("the topology needs one record of each rank: rank " + std::to_string(i) + " of " +
                                std::to_string(sorted.size()) + " is missing or there twice");
  }
}

std::size_t host_index(Topology& topology, const RankRecord& record) {
  const auto found = std::ranges::find(topology.hosts, record.host.identity, &Host::identity);
  if (found != topology.hosts.end()) return static_cast<std::size_t>(found - topology.hosts.begin());
  Host host;
  host.name = record.host.name;
  host.identity = record.host.identity;
  host.first_rank = record.rank;
  topology.hosts.push_back(std::move(host));
  return topology.hosts.size() - 1;
}

std::string_view without_domain(std::string_view name) { return name.substr(0, name.find('.')); }

bool same_name(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const bool both_have_domains = a.find('.') != std::string_view::npos && b.find('.') != std::string_view::npos;
  return !both_have_domains && without_domain(a) == without_domain(b);
}

std::string who(const RankRecord& record) {
  return "rank " + std::to_string(record.rank) + " on host " + record.host.name + " runs " + record.program +
         " with build id " + record.build_id;
}

}  // namespace

Topology make_topology(std::vector<RankRecord> records) {
  std::ranges::sort(records, {}, &RankRecord::rank);
  require_ranks(records);
  Topology topology;
  for (const auto& record : records) {
    const std::size_t index = host_index(topology, record);
    Host& host = topology.hosts[index];
    host.ranks.push_back(record.rank);
    // Launchers may bind ranks to different cores: the host has at least as many as the widest rank may use.
    host.cores = std::max(host.cores, record.host.cores);
    host.memory = std::max(host.memory, record.host.memory);
    if (record.rank != 0 || records.size() == 1) ++host.slots;
    topology.host_of_rank.push_back(static_cast<int>(index));
  }
  return topology;
}

std::optional<int> find_host(const Topology& topology, std::string_view name) {
  const auto& hosts = topology.hosts;
  auto found = std::ranges::find(hosts, name, &Host::name);
  if (found == hosts.end()) found = std::ranges::find_if(hosts, [&](const Host& h) { return same_name(h.name, name); });
  if (found == hosts.end()) return {};
  return static_cast<int>(found - hosts.begin());
}

std::optional<std::string> build_mismatch(const std::vector<RankRecord>& records) {
  if (records.empty()) return {};
  const auto& first = *std::ranges::min_element(records, {}, &RankRecord::rank);
  const RankRecord* other = nullptr;
  std::size_t count = 0;
  for (const auto& record : records) {
    if (record.build_id == first.build_id) continue;
    ++count;
    if (other == nullptr || record.rank < other->rank) other = &record;
  }
  if (other == nullptr) return {};
  const std::string more = count > 1 ? " (and " + std::to_string(count - 1) + " more ranks differ)" : "";
  return who(*other) + ", but " + who(first) + more + ": copy the same executable to every host";
}

}  // namespace mpyx::topology
