#pragma once

#include <mpyx/detail/stage_type.hpp>
#include <mpyx/detail/xcut.hpp>
#include <mpyx/graph.hpp>
#include <mpyx/on_error.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <typeinfo>
#include <vector>

/// What compose-time templates hand to the library: nodes and channels without types.
namespace mpyx::detail {

struct HandleState;
class Blueprint;
struct Entry;

/// What a user said about a part beside its stages.
struct PartOptions {
  std::string name;                           ///< .named()
  std::string host;                           ///< .on("host")
  int host_index = -1;                        ///< .on(Host{i})
  std::shared_ptr<HandleState> handle;        ///< stage(x)
  std::shared_ptr<const ErrorPolicy> policy;  ///< .on_error(); null: that of the part around it
  std::vector<XcutUse> xcuts;                 ///< .xcut()
  std::shared_ptr<Origin> origin;             ///< of a pipeline

  void pin(std::string host_name);
  void pin(int number);
};

struct BlueprintNode {
  std::string name;
  const StageType* type = nullptr;
  std::shared_ptr<StageBase> object;  ///< its own copy: initialize() may change it
  PartOptions options;
  int input = -1;            ///< channel
  std::vector<int> outputs;  ///< channels
  int replica = 0;
  int replicas = 1;
  bool internal = false;             ///< made by the library
  bool on_coordinator_host = false;  ///< names files
  OrderRole role = OrderRole::none;
  std::vector<int> gates;  ///< the Seqs and Zips that its input items are numbered by, outermost first
  int gate = -1;           ///< of an entry or exit: its own
  bool needs_all = false;  ///< it ends once nobody reads one of its outputs, not only when nobody reads any
  std::shared_ptr<const ErrorPolicy> policy;
  struct XcutOutput {
    std::string name;
    int channel;
  };
  /// Those of the innermost part first. The first of a name is the one that the stage means; the others have it as one that
  /// puts nothing, so that each ends with the part that it is attached to.
  std::vector<XcutOutput> xcuts;
  std::vector<std::shared_ptr<HandleState>> handles;  ///< its own, and those of the parts around it
};

struct BlueprintChannel {
  std::vector<int> producers;
  std::vector<int> consumers;
  std::size_t item_size = 0;  ///< encoded bytes of an item, 0 when it varies
  const std::type_info* type = nullptr;
};

/// Where a part's items come from: the nodes before it, or one channel that several parallel parts share.
struct Entry {
  std::vector<int> producers;
  int channel = -1;
};

/// A graph under construction. Not thread-safe.
class Blueprint {
 public:
  struct ItemType {
    const std::type_info* info;
    std::size_t size;
  };

  /// Adds a node; its input is the entry's channel (made now unless shared) when the stage takes input.
  int add_node(BlueprintNode node, const Entry& entry, ItemType given);
  /// The channel that the parts of a parallel share.
  int shared_channel(const Entry& entry, ItemType given);
  /// Begins and ends the part whose items a Seq or Zip numbers.
  int open_gate();
  void close_gate();
  /// Ends the graph: what the last stages put goes to the coordinator.
  void set_outlet(const std::vector<int>& producers, ItemType type);
  /// Remembers the first mistake that only the running program can see.
  void fail(std::string problem);

  /// Nested structure: between open and close lie a part's parts. A scope alone adds no level.
  void open(Graph::Kind kind, const PartOptions& options);
  void close();
  void open_scope(const PartOptions& options);
  void close_scope();

  Graph graph() const;

  std::vector<BlueprintNode> nodes;
  std::vector<BlueprintChannel> channels;
  int outlet = -1;
  int gate_count = 0;
  std::string problem;
  /// An xcut pipeline that may serve several runs: `link` is to be filled before the graph runs.
  struct Apart {
    XcutUse use;
    std::shared_ptr<XcutLink> link;
  };
  /// With `keeps_apart` those pipelines are left to runs of their own; else they are part of this graph, as it is shown.
  bool keeps_apart = false;
  bool has_shareable = false;
  std::vector<Apart> apart;
  /// Replica number and count that the next nodes get (set by As and By around each copy).
  int replica = 0;
  int replicas = 1;

 private:
  /// What a part around the nodes under construction said.
  struct Scope {
    std::string host;
    int host_index = -1;
    std::shared_ptr<const ErrorPolicy> policy;
    std::vector<BlueprintNode::XcutOutput> xcuts;
    std::vector<std::shared_ptr<HandleState>> handles;
  };

  int add_channel(const std::vector<int>& producers, ItemType type);
  int build_xcut(const XcutUse& use);
  bool inside(const Origin* pipeline) const;
  void connect_xcuts(BlueprintNode& node, int id);

  std::vector<Graph::Part> open_{Graph::Part{Graph::Kind::serial, -1, {}, {}}};
  std::vector<Scope> scopes_{Scope{}};
  std::vector<int> gates_;
  std::map<const Origin*, int> xcut_channels_;  // of pipelines that are in the graph already
  std::vector<const Origin*> around_;           // pipelines inside which the next node will be
};

/// How many replicas, whatever integer the user has.
class Count {
 public:
  template <std::integral Number>
  Count(Number count) : count_{static_cast<std::int64_t>(count)} {}  // above its limit: less than 1, also refused
  /// Throws Error for what is no count of replicas, which names As or By.
  std::size_t checked(Graph::Kind kind) const;

 private:
  std::int64_t count_;
};

template <class T>
Blueprint::ItemType item_type() {
  return {&typeid(T), fixed_size<T>()};
}

}  // namespace mpyx::detail
