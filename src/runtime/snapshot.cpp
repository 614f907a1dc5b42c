#include "runtime/snapshot.hpp"

#include <algorithm>
#include <unordered_map>

#include "channel/remote_attachment.hpp"

namespace mpyx::runtime {

namespace {

constexpr std::memory_order relaxed = std::memory_order_relaxed;

/// Once; may be torn.
NodeSnapshot copy_of(const Activity& activity, std::int64_t now) {
  NodeSnapshot seen;
  seen.phase = activity.phase.load(relaxed);
  seen.phase_ns = std::max<std::int64_t>(now - activity.since.load(relaxed), 0);
  seen.busy_ns = activity.busy_ns.load(relaxed);
  seen.starved_ns = activity.starved_ns.load(relaxed);
  seen.blocked_ns = activity.blocked_ns.load(relaxed);
  seen.waits = {WaitPlace::Kind::wiring, activity.waits_at.load(relaxed)};  // until somebody knows better
  if (seen.waits.number == memory::null_offset) seen.waits = {};
  return seen;
}

}  // namespace

std::optional<NodeSnapshot> read_whole(const Activity& activity, std::int64_t now) {
  constexpr int tries = 1000;  // a thread that was interrupted, or killed, inside enter() must not hold up who watches
  for (int i = 0; i < tries; ++i) {
    const std::uint32_t before = activity.changes.load(std::memory_order_acquire);  // partner: the end of enter()
    const NodeSnapshot seen = copy_of(activity, now);
    std::atomic_thread_fence(std::memory_order_acquire);  // partner: the release fence in enter()
    if (before % 2 == 0 && activity.changes.load(relaxed) == before) return seen;
  }
  return std::nullopt;
}

NodeSnapshot read_activity(const Activity& activity, std::int64_t now) {
  auto whole = read_whole(activity, now);
  NodeSnapshot seen = whole ? *whole : copy_of(activity, now);
  // Torn: the sums may or may not have the time of the open phase by now. Left out it cannot count twice, and the next
  // snapshot makes up for it.
  if (!whole) seen.phase_ns = 0;
  seen.items_in = activity.items_in.load(relaxed);
  seen.items_out = activity.items_out.load(relaxed);
  switch (seen.doing()) {
    case Phase::setup:
    case Phase::process:
    case Phase::teardown:
      seen.busy_ns += seen.phase_ns;
      break;
    case Phase::starving:
      seen.starved_ns += seen.phase_ns;
      break;
    case Phase::blocked:
      seen.blocked_ns += seen.phase_ns;
      break;
    case Phase::waiting_to_start:
    case Phase::finished:
      break;
  }
  return seen;
}

NodeSnapshot read_node(const NodeBlock& node, std::int64_t now) {
  NodeSnapshot seen = read_activity(node.activity, now);
  seen.longest_blocked_ns = node.longest_blocked_ns.load(relaxed);
  if (seen.doing() == Phase::blocked) seen.longest_blocked_ns = std::max(seen.longest_blocked_ns, seen.phase_ns);
  return seen;
}

ChannelSnapshot read_channel(channel::Domain& domain, memory::Offset offset) {
  auto& inbox = *domain.at<channel::Inbox>(offset);
  ChannelSnapshot seen;
  for (std::uint32_t i = 0; i < inbox.producers; ++i) {
    ring::Lane& lane = inbox.lane(domain, i);
    seen.waiting += lane.waiting();
    seen.capacity += lane.shape.limit_items;
  }
  return seen;
}

namespace {

/// Which channel or gate of the run is at which offset.
std::unordered_map<memory::Offset, WaitPlace> places_of(RunBlock& run) {
  std::unordered_map<memory::Offset, WaitPlace> places;
  for (std::uint32_t i = 0; i < run.channels; ++i) places[run.inbox(i)] = {WaitPlace::Kind::channel, i};
  for (std::uint32_t i = 0; i < run.gates; ++i) places[run.gate(i)] = {WaitPlace::Kind::gate, i};
  places.erase(memory::null_offset);
  return places;
}

}  // namespace

void add_part(Snapshot& all, const PartSnapshot& part) {
  for (const auto& [id, seen] : part.nodes) {
    if (id >= all.nodes.size()) continue;
    all.nodes[id] = seen;
    if (seen.waits.at != WaitPlace::Kind::wiring) continue;
    // A place in that host's memory says nothing here; one that is elsewhere for that host is here.
    WaitPlace& place = all.nodes[id].waits;
    if ((place.number & channel::elsewhere_bit) == 0) {
      place = {};
    } else {
      place.number &= ~channel::elsewhere_bit;
    }
  }
  for (const auto& [id, seen] : part.channels) {
    if (id >= all.channels.size()) continue;
    all.channels[id].waiting += seen.waiting;
    all.channels[id].capacity += seen.capacity;
  }
}

namespace {

NodeSnapshot placed_node(const NodeBlock& node, const std::unordered_map<memory::Offset, WaitPlace>& places,
                         std::int64_t now) {
  NodeSnapshot seen = read_node(node, now);
  const auto known = places.find(seen.waits.number);
  if (seen.waits.at == WaitPlace::Kind::wiring && known != places.end()) seen.waits = known->second;
  return seen;
}

}  // namespace

Snapshot take_snapshot(channel::Domain& domain, RunBlock& run, std::int64_t now) {
  Snapshot seen;
  const auto places = places_of(run);
  for (std::uint32_t i = 0; i < run.nodes; ++i) seen.nodes.push_back(placed_node(run.node(i), places, now));
  for (std::uint32_t i = 0; i < run.channels; ++i) {
    const bool here = run.inbox(i) != memory::null_offset;
    seen.channels.push_back(here ? read_channel(domain, run.inbox(i)) : ChannelSnapshot{});
  }
  return seen;
}

PartSnapshot take_part(channel::Domain& domain, RunBlock& run, const std::vector<std::uint32_t>& nodes,
                       std::int64_t now) {
  PartSnapshot seen;
  const auto places = places_of(run);
  for (const auto id : nodes) seen.nodes.push_back({id, placed_node(run.node(id), places, now)});
  for (std::uint32_t i = 0; i < run.channels; ++i) {
    if (run.inbox(i) != memory::null_offset) seen.channels.push_back({i, read_channel(domain, run.inbox(i))});
  }
  return seen;
}

}  // namespace mpyx::runtime
