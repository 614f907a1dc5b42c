#include "graph/names.hpp"

#include <mpyx/graph.hpp>

#include <boost/json.hpp>

namespace mpyx {
namespace {

namespace json = boost::json;

json::string utf8(const std::string& text) { return json::string(graph::valid_utf8(text)); }

json::array array_of(const std::vector<int>& ids) { return json::array(ids.begin(), ids.end()); }

// boost::json::object keeps the order of insertion, which makes the key order stable.
json::object object_of(const Graph::Part& part) {
  json::object out;
  out["kind"] = graph::word(part.kind);
  if (!part.name.empty()) out["name"] = utf8(part.name);
  if (part.kind == Graph::Kind::stage) {
    out["node"] = part.node;
    return out;
  }
  json::array parts;
  parts.reserve(part.parts.size());
  for (const Graph::Part& inner : part.parts) parts.push_back(object_of(inner));
  out["parts"] = std::move(parts);
  return out;
}

json::value pin_of(const Graph::Node& node) {
  if (!node.pin_host.empty()) return utf8(node.pin_host);
  if (node.pin_host_index >= 0) return node.pin_host_index;
  return nullptr;
}

json::object object_of(const Graph::Node& node) {
  json::object out;
  out["id"] = node.id;
  out["name"] = utf8(node.name);
  out["takes"] = utf8(node.takes);
  out["gives"] = utf8(node.gives);
  out["inputs"] = array_of(node.inputs);
  out["outputs"] = array_of(node.outputs);
  out["internal"] = node.internal;
  out["replica"] = node.replica;
  out["replicas"] = node.replicas;
  out["pin"] = pin_of(node);
  out["on_coordinator"] = node.on_coordinator;
  out["on_coordinator_host"] = node.on_coordinator_host;
  out["rank"] = node.rank < 0 ? json::value(nullptr) : json::value(node.rank);
  out["host"] = node.host.empty() ? json::value(nullptr) : json::value(utf8(node.host));
  json::array notes;
  for (const std::string& note : node.notes) notes.push_back(utf8(note));
  out["notes"] = std::move(notes);
  return out;
}

json::object object_of(const Graph::Channel& link) {
  json::object out;
  out["id"] = link.id;
  out["producers"] = array_of(link.producers);
  out["consumers"] = array_of(link.consumers);
  out["outlet"] = link.outlet;
  out["inlet"] = link.inlet;
  out["type"] = utf8(link.type);
  return out;
}

template <class Item>
json::array objects_of(const std::vector<Item>& items) {
  json::array out;
  out.reserve(items.size());
  for (const Item& item : items) out.push_back(object_of(item));
  return out;
}

}  // namespace

std::string Graph::json() const {
  json::object out;
  out["text"] = text();
  out["stages"] = stages();
  out["channels"] = channels();
  out["root"] = object_of(root_);
  out["nodes"] = objects_of(nodes_);
  out["links"] = objects_of(links_);
  return json::serialize(out);
}

}  // namespace mpyx
