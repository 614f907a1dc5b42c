#include "sample.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mpyx::graph::sample {

using Kind = Graph::Kind;
using Part = Graph::Part;

Part Sample::stage(const std::string& name, const std::string& takes, const std::string& gives) {
  Graph::Node node;
  node.id = static_cast<int>(nodes_.size());
  node.name = name;
  node.takes = takes;
  node.gives = gives;
  nodes_.push_back(node);
  return {Kind::stage, node.id, {}, {}};
}

Part Sample::farm(int n, const std::string& name) {
  std::vector<Part> parts;
  for (int i = 0; i < n; ++i) {
    parts.push_back(stage(name));
    node(parts.back()).replica = i;
    node(parts.back()).replicas = n;
  }
  return parallel(std::move(parts));
}

Graph Sample::graph(Part root) {
  connect(root);
  const std::vector<int> last = exits(root);
  if (!last.empty()) {
    const int outlet = new_channel();
    links_.back().outlet = true;
    for (const int id : last) put_into(id, {outlet});
  }
  return {std::move(root), std::move(nodes_), std::move(links_)};
}

int Sample::new_channel() {
  Graph::Channel link;
  link.id = static_cast<int>(links_.size());
  link.type = "int";
  links_.push_back(link);
  return link.id;
}

void Sample::put_into(int id, const std::vector<int>& channels) {
  for (const int channel : channels) {
    node(id).outputs.push_back(channel);
    links_[static_cast<std::size_t>(channel)].producers.push_back(id);
  }
}

void Sample::connect(const Part& part) {
  for (const Part& inner : part.parts) connect(inner);
  if (part.kind != Kind::serial) return;
  for (std::size_t i = 0; i + 1 < part.parts.size(); ++i) {
    const std::vector<int> channels = open(part.parts[i + 1]);
    for (const int id : exits(part.parts[i])) put_into(id, channels);
  }
}

void Sample::attach(const Part& part, int channel) {
  if (part.kind == Kind::stage) {
    node(part).inputs.push_back(channel);
    links_[static_cast<std::size_t>(channel)].consumers.push_back(part.node);
  } else if (part.kind == Kind::broadcast || part.kind == Kind::zip) {
    const Part relay = stage("relay");
    node(relay).internal = true;
    attach(relay, channel);
    put_into(relay.node, open(part));
  } else if (part.kind == Kind::parallel) {
    for (const Part& inner : part.parts) attach(inner, channel);
  } else {
    attach(part.parts.front(), channel);
  }
}

std::vector<int> Sample::open(const Part& part) {
  if (part.kind == Kind::serial || part.kind == Kind::seq) return open(part.parts.front());
  std::vector<int> out;
  if (part.kind == Kind::broadcast || part.kind == Kind::zip) {
    for (const Part& inner : part.parts) std::ranges::copy(open(inner), std::back_inserter(out));
  } else {
    out.push_back(new_channel());
    attach(part, out.back());
  }
  return out;
}

std::vector<int> Sample::exits(const Part& part) const {
  if (part.kind == Kind::stage) {
    if (nodes_[static_cast<std::size_t>(part.node)].gives.empty()) return {};
    return {part.node};
  }
  if (part.kind == Kind::serial) return exits(part.parts.back());
  std::vector<int> out;
  for (const Part& inner : part.parts) std::ranges::copy(exits(inner), std::back_inserter(out));
  return out;
}

namespace {

class RandomGraph {
 public:
  RandomGraph(std::mt19937& random, int nodes) : random_(random), left_(nodes) {}

  Graph make(int hosts, bool pins) {
    std::vector<Part> parts{sample_.source("source")};
    while (left_ > 0) parts.push_back(part(3));
    if (pins) {
      for (int id = 0; id < made_; ++id) pin(sample_.node(id), hosts);
    }
    return sample_.graph(sample_.serial(std::move(parts)));
  }

 private:
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

  void pin(Graph::Node& node, int hosts) {
    const int dice = below(20);
    if (dice == 0) node.pin_host = "h" + std::to_string(below(hosts));
    if (dice == 1) node.pin_host_index = below(hosts);
    if (dice == 2) node.on_coordinator_host = true;
    if (dice == 3) node.on_coordinator = true;
  }

  Part part(int depth) {
    const int dice = depth == 0 ? 0 : below(8);
    if (dice < 3) {
      --left_;
      ++made_;
      return sample_.stage("s" + std::to_string(below(5)));
    }
    if (dice == 3) {
      const int n = 1 + below(12);
      left_ -= n;
      made_ += n;
      return sample_.farm(n, "f");
    }
    std::vector<Part> parts;
    for (int n = dice == 6 ? 1 : 1 + below(4); n > 0; --n) parts.push_back(part(depth - 1));
    if (dice == 4) return sample_.parallel(std::move(parts));
    if (dice == 5) return sample_.broadcast(std::move(parts));
    if (dice == 6) return sample_.seq(std::move(parts.front()));
    return sample_.serial(std::move(parts));
  }

  std::mt19937& random_;
  Sample sample_;
  int left_;
  int made_ = 1;
};

}  // namespace

Graph random_graph(std::mt19937& random, int nodes, int hosts, bool pins) {
  return RandomGraph(random, nodes).make(hosts, pins);
}

Cluster cluster(const std::vector<int>& ranks) {
  Cluster out;
  int next = 0;
  for (std::size_t h = 0; h < ranks.size(); ++h) {
    Cluster::Host host{"h" + std::to_string(h), 1, {}};
    for (int i = 0; i < ranks[h]; ++i) host.ranks.push_back(next++);
    out.hosts.push_back(std::move(host));
  }
  return out;
}

Plan plan_of(const Graph& graph, const Cluster& hosts, Policy policy) { return place(graph, hosts, policy).value(); }

Graph documented() {
  Sample s;
  Part iter = s.source("Iter");
  Part load = s.stage("Load");
  Part log = s.sink("Log");
  Part farm = s.farm(2, "Resize");
  Part again = s.stage("Load");
  return s.graph(s.serial({iter, load, s.broadcast({log, s.serial({farm, again})})}));
}

}  // namespace mpyx::graph::sample
