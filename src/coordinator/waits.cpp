#include "coordinator/waits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "graph/names.hpp"

namespace mpyx::coordinator {

namespace {

using runtime::Phase;
using Sent = channel::HandleTransit::Sent;
using Place = runtime::WaitPlace::Kind;

constexpr std::size_t most_names = 3;

class Waits {
 public:
  Waits(const WaitMap& map, const runtime::Snapshot& snapshot, const MainState& main)
      : map_{map}, snapshot_{snapshot}, main_state_{main}, main_{static_cast<int>(map.graph.nodes().size())} {}

  std::vector<Wait> all() const {
    std::vector<Wait> waits;
    for (int i = 0; i < main_; ++i) waits.push_back(of_node(i));
    waits.push_back(of_main());
    return waits;
  }

 private:
  const Graph::Channel& link(std::size_t channel) const { return map_.graph.links()[channel]; }

  Wait of_node(int id) const {
    const auto& node = snapshot_.nodes[static_cast<std::size_t>(id)];
    Wait wait;
    wait.who = node_text(map_.graph, id);
    wait.for_ns = node.phase_ns;
    if (node.doing() == Phase::finished) wait.state = Wait::State::finished;
    if (!node.is_waiting()) return wait;
    wait.state = Wait::State::waits;
    const bool for_room = node.doing() == Phase::blocked;
    const auto number = static_cast<std::size_t>(node.waits.number);
    if (node.waits.at == Place::channel && number < map_.graph.links().size()) {
      at_channel(wait, id, number, for_room);
    } else if (node.waits.at == Place::gate && number < map_.gates.size()) {
      wait.what = "earlier inputs to come out in order";
      wait.on = {map_.gates[number].exit};
    } else {
      at_wiring(wait, id, node.waits.at == Place::wiring ? node.waits.number : memory::null_offset, for_room);
    }
    return wait;
  }

  void at_channel(Wait& wait, int id, std::size_t channel, bool for_room) const {
    wait.what = (for_room ? "room in " : "an item in ") + channel_text(channel, for_room);
    wait.on = for_room ? link(channel).consumers : link(channel).producers;
    if (for_room && link(channel).outlet) wait.on.push_back(main_);
    for (const auto& gate : map_.gates) {  // an exit also waits until nothing is under way inside
      if (!for_room && gate.exit == id) wait.on.insert(wait.on.end(), gate.inside.begin(), gate.inside.end());
    }
  }

  void at_wiring(Wait& wait, int id, memory::Offset at, bool for_room) const {
    const auto of_it = [&](const Sent& sent) { return sent.wiring == at; };
    const auto label = std::find_if(map_.handles.begin(), map_.handles.end(), of_it);
    if (at == memory::null_offset || label == map_.handles.end()) {
      wait.on_outsiders = true;  // the clock, or a Queue that came another way
      wait.what = "a time to pass, or a Queue, Event or Pipe";
      return;
    }
    wait.on_outsiders = main_state_.others_run;
    std::string text = label->label;
    for (const Sent& sent : map_.handles) {
      if (!of_it(sent)) continue;
      if (sent.with == id) text = sent.label;
      if (sent.with != id && !contains(wait.on, sent.with)) wait.on.push_back(sent.with);
    }
    if (id != main_) wait.on.push_back(main_);
    wait.what = (for_room ? "room in " : "") + text + ", held by " + names(wait.on);
  }

  Wait of_main() const {
    Wait wait;
    wait.who = "main()";
    wait.for_ns = std::numeric_limits<std::int64_t>::max();
    const auto outlet = std::find_if(map_.graph.links().begin(), map_.graph.links().end(),
                                     [](const auto& each) { return each.outlet; });
    if (main_state_.waits.at != memory::null_offset) {
      wait.state = Wait::State::waits;
      at_wiring(wait, main_, main_state_.waits.at, main_state_.waits.for_room);
    } else if (main_state_.reads && outlet != map_.graph.links().end()) {
      wait.state = Wait::State::waits;
      wait.what = "an item in " + channel_text(static_cast<std::size_t>(outlet->id), false);
      wait.on = outlet->producers;
    } else if (main_state_.joins) {
      wait.state = Wait::State::waits;
      wait.what = "the pipeline to end";
      wait.on.resize(map_.graph.nodes().size());
      std::iota(wait.on.begin(), wait.on.end(), 0);
      wait.on_outsiders =
          std::all_of(wait.on.begin(), wait.on.end(), [this](int id) {  // what they printed, for instance
            return snapshot_.nodes[static_cast<std::size_t>(id)].doing() == Phase::finished;
          });
    }
    return wait;
  }

  static bool contains(const std::vector<int>& all, int one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  }

  /// Each name once, farms as one.
  std::string names(const std::vector<int>& nodes) const {
    std::vector<std::string> all;
    for (const int id : nodes) {
      std::string name =
          id == main_ ? "main()" : graph::one_line(map_.graph.nodes()[static_cast<std::size_t>(id)].name);
      if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(std::move(name));
    }
    std::string text;
    for (std::size_t i = 0; i < std::min(all.size(), most_names); ++i) text += (i == 0 ? "" : ", ") + all[i];
    if (all.size() > most_names) text += ", ...";
    return text.empty() ? "nobody" : text;
  }

  std::string channel_text(std::size_t channel, bool for_room) const {
    const auto& seen = snapshot_.channels[channel];
    std::vector<int> takers = link(channel).consumers;
    if (link(channel).outlet) takers.push_back(main_);
    const char* full = for_room && seen.waiting < seen.capacity ? ", full of bytes" : "";
    return fmt::format("{} -> {} ({} of {} items{})", names(link(channel).producers), names(takers), seen.waiting,
                       seen.capacity, full);
  }

  const WaitMap& map_;
  const runtime::Snapshot& snapshot_;
  const MainState& main_state_;
  int main_;
};

}  // namespace

std::vector<Wait> waits_of(const WaitMap& map, const runtime::Snapshot& snapshot, const MainState& main) {
  return Waits{map, snapshot, main}.all();
}

std::vector<WaitMap::Gate> gates_of(const detail::Blueprint& blueprint) {
  std::vector<WaitMap::Gate> gates(static_cast<std::size_t>(blueprint.gate_count));
  for (std::size_t i = 0; i < blueprint.nodes.size(); ++i) {
    const auto& node = blueprint.nodes[i];
    const bool is_exit = node.role == detail::OrderRole::exit;  // its own gate numbers what it takes
    for (const int gate : node.gates) {
      if (!is_exit || gate != node.gate) gates[static_cast<std::size_t>(gate)].inside.push_back(static_cast<int>(i));
    }
    if (is_exit) gates[static_cast<std::size_t>(node.gate)].exit = static_cast<int>(i);
  }
  return gates;
}

std::string node_text(const Graph& graph, int id) {
  const auto& node = graph.nodes()[static_cast<std::size_t>(id)];
  std::string text = graph::one_line(node.name);
  if (node.replicas > 1) text += fmt::format(" {}/{}", node.replica + 1, node.replicas);
  if (node.rank >= 0) text += fmt::format(" on rank {}", node.rank);
  return text;
}

}  // namespace mpyx::coordinator
