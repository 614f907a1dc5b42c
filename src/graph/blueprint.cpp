#include <mpyx/detail/blueprint.hpp>
#include <mpyx/detail/wiring.hpp>
#include <mpyx/error.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include "graph/structure.hpp"

namespace mpyx::detail {

void PartOptions::pin(std::string host_name) {
  if (host_name.empty()) throw Error{"mpyx: on(\"\"): a host has a name; leave on() out where any host will do"};
  host = std::move(host_name);
}

void PartOptions::pin(int number) {
  if (number < 0) throw Error{"mpyx: on(Host{" + std::to_string(number) + "}): hosts are numbered from 0"};
  host_index = number;
}

int Blueprint::add_channel(const std::vector<int>& producers, ItemType type) {
  const int id = static_cast<int>(channels.size());
  channels.push_back({producers, {}, type.size, type.info});
  std::sort(channels.back().producers.begin(), channels.back().producers.end());
  for (const int producer : producers) nodes[static_cast<std::size_t>(producer)].outputs.push_back(id);
  return id;
}

int Blueprint::shared_channel(const Entry& entry, ItemType given) {
  return entry.channel >= 0 ? entry.channel : add_channel(entry.producers, given);
}

int Blueprint::add_node(BlueprintNode node, const Entry& entry, ItemType given) {
  const bool own_scope = !node.options.xcuts.empty() || node.options.handle;
  if (own_scope) open_scope(node.options);  // before it has a number: the nodes of an xcut pipeline come first
  const int id = static_cast<int>(nodes.size());
  node.replica = replica;
  node.replicas = replicas;
  node.gates = gates_;
  if (node.type->takes_items() && (entry.channel >= 0 || !entry.producers.empty())) {
    node.input = shared_channel(entry, given);
    channels[static_cast<std::size_t>(node.input)].consumers.push_back(id);
  }
  const Scope& scope = scopes_.back();
  if (!node.internal) node.policy = node.options.policy ? node.options.policy : scope.policy;
  if (node.options.host.empty() && node.options.host_index < 0) {
    node.options.host = scope.host;
    node.options.host_index = scope.host_index;
  }
  if (!node.internal) {
    node.handles = scope.handles;
    for (const auto& xcut : scope.xcuts) {
      node.xcuts.push_back(xcut);
      channels[static_cast<std::size_t>(xcut.channel)].producers.push_back(id);
    }
    open_.back().parts.push_back({Graph::Kind::stage, id, {}, node.name});
  }
  if (own_scope) close_scope();
  nodes.push_back(std::move(node));
  return id;
}

int Blueprint::open_gate() {
  gates_.push_back(gate_count);
  return gate_count++;
}

void Blueprint::close_gate() { gates_.pop_back(); }

void Blueprint::open_scope(const PartOptions& options) {
  Scope scope = scopes_.back();
  if (!options.host.empty()) scope.host = options.host;
  if (options.host_index >= 0) scope.host_index = options.host_index;
  if (options.policy) scope.policy = options.policy;
  if (options.handle) scope.handles.push_back(options.handle);
  if (inside(options.origin.get())) fail("an xcut cycle: a pipeline is part of one that it puts into by an xcut");
  around_.push_back(options.origin.get());
  for (const auto& use : options.xcuts) {
    scope.xcuts.insert(scope.xcuts.begin(), BlueprintNode::XcutOutput{use.name, build_xcut(use)});
  }
  scopes_.push_back(std::move(scope));
}

void Blueprint::close_scope() {
  scopes_.pop_back();
  around_.pop_back();
}

bool Blueprint::inside(const Origin* origin) const {
  return origin != nullptr && std::find(around_.begin(), around_.end(), origin) != around_.end();
}

int Blueprint::build_xcut(const XcutUse& use) {
  const Origin* origin = use.origin.get();
  if (inside(origin) || use.origin->leads_into_a_circle()) {
    fail("an xcut cycle: the pipeline attached as '" + use.name +
         "' puts, by an xcut of its own or of one behind it, into itself; let the last of them end the chain");
    return add_channel({}, ItemType{use.type, use.item_size});
  }
  if (const auto made = xcut_channels_.find(origin); made != xcut_channels_.end()) return made->second;
  // Beside the graph: nothing that surrounds its user surrounds it.
  auto scopes = std::exchange(scopes_, {Scope{}});
  auto open = std::exchange(open_, {Graph::Part{Graph::Kind::serial, -1, {}, {}}});
  auto gates = std::exchange(gates_, {});
  const int outer_replica = std::exchange(replica, 0), outer_replicas = std::exchange(replicas, 1);
  const int channel = add_channel({}, ItemType{use.type, use.item_size});
  xcut_channels_.emplace(origin, channel);
  has_shareable = has_shareable || use.ends != nullptr;
  if (keeps_apart && use.ends != nullptr) {
    apart.push_back({use, std::make_shared<XcutLink>()});
    use.ends->add_sender(*this, Entry{{}, channel}, use.name, apart.back().link);
  } else {
    use.build(*this, Entry{{}, channel});
  }
  scopes_ = std::move(scopes);
  open_ = std::move(open);
  gates_ = std::move(gates);
  replica = outer_replica;
  replicas = outer_replicas;
  return channel;
}

void Blueprint::set_outlet(const std::vector<int>& producers, ItemType type) {
  if (!producers.empty()) outlet = add_channel(producers, type);
}

void Blueprint::fail(std::string why) {
  if (problem.empty()) problem = std::move(why);
}

void Blueprint::open(Graph::Kind kind, const PartOptions& options) {
  open_scope(options);
  open_.push_back({kind, -1, {}, options.name});
}

void Blueprint::close() {
  close_scope();
  Graph::Part part = std::move(open_.back());
  open_.pop_back();
  open_.back().parts.push_back(std::move(part));
}

std::size_t Count::checked(Graph::Kind kind) const {
  if (count_ >= 1 && count_ <= std::numeric_limits<int>::max()) return static_cast<std::size_t>(count_);
  const std::string word = kind == Graph::Kind::broadcast ? "By(" : "As(";
  throw Error{"mpyx: " + word + std::to_string(count_) +
              ", ...) is no number of replicas: give at least 1, or leave that part out"};
}

Graph Blueprint::graph() const {
  std::vector<Graph::Node> all;
  for (const auto& node : nodes) {
    Graph::Node out;
    out.name = node.name;
    if (node.input >= 0) out.inputs = {node.input};
    out.outputs = node.outputs;
    out.internal = node.internal;
    out.replica = node.replica;
    out.replicas = node.replicas;
    out.pin_host = node.options.host;
    out.pin_host_index = node.options.host_index;
    out.on_coordinator = node.type->save == nullptr;
    out.on_coordinator_host = node.on_coordinator_host;
    if (node.type->save != nullptr) {
      Writer count{{}};
      try {
        out.notes = collect_handles([&] { node.type->save(*node.object, count); });
      } catch (...) {  // a stage that cannot be saved yet; if it still cannot when it is deployed, that is reported
      }
    }
    const bool takes = node.type->takes_items();
    if (takes)
      out.takes = node.input >= 0 ? type_name(*channels[static_cast<std::size_t>(node.input)].type) : "an input";
    if (!node.outputs.empty()) out.gives = type_name(*channels[static_cast<std::size_t>(node.outputs.front())].type);
    all.push_back(std::move(out));
  }
  std::vector<Graph::Channel> links;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    Graph::Channel link;
    link.producers = channels[i].producers;
    link.consumers = channels[i].consumers;
    link.outlet = static_cast<int>(i) == outlet;
    link.type = type_name(*channels[i].type);
    links.push_back(std::move(link));
  }
  return Graph{open_.front(), std::move(all), std::move(links)};
}

}  // namespace mpyx::detail
