#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace mpyx {

/// The nested structure of a pipeline as a value: what `pipeline.graph()` returns. It only describes, runs nothing;
/// copies are independent, and const access from several threads is safe. Ids are positions: node `i` is `nodes()[i]`,
/// channel `c` is `links()[c]`.
class Graph {
 public:
  /// What one level of the nesting is: a single stage, `S(...)`, `P(...)` or `As`, `B(...)` or `By`, `Seq` or `Zip`.
  enum class Kind { stage, serial, parallel, broadcast, seq, zip };

  /// One stage instance: a farm of 8 is 8 nodes.
  struct Node {
    int id = -1;
    std::string name;
    std::string takes;                 ///< The type of its input as text; empty: it is a source.
    std::string gives;                 ///< The type of its output as text; empty: it is a sink.
    std::vector<int> inputs, outputs;  ///< Channel ids.
    bool internal = false;             ///< Made by the library (a relay, an order gate): not counted, not in text().
    int replica = 0, replicas = 1;     ///< Position in its farm, from 0, and the farm's size.
    std::string pin_host;              ///< `.on("host")`; empty: not pinned by name.
    int pin_host_index = -1;           ///< `.on(Host{1})`; -1: not pinned by number.
    bool on_coordinator = false;       ///< Cannot travel: runs on rank 0.
    bool on_coordinator_host = false;  ///< Names files: runs on the coordinator's host unless pinned.
    int rank = -1;                     ///< Where it runs; -1 before the placement.
    std::string host;                  ///< Where it runs; empty before the placement.
    std::vector<std::string> notes;    ///< What a reader should know, such as "Queue q1" for a handle it holds.
  };

  /// What connects nodes: each item goes to exactly one consumer.
  struct Channel {
    int id = -1;
    std::vector<int> producers, consumers;  ///< Node ids.
    bool outlet = false;                    ///< Read by items(), list() or join() on the coordinator.
    bool inlet = false;                     ///< Fed by the coordinator: the entry of an xcut or dead-letter pipeline.
    std::string type;                       ///< The type of its items as text.
  };

  /// One level of the nesting: a stage (`node` is set, no parts) or a composition (`node` is -1).
  struct Part {
    Kind kind = Kind::serial;
    int node = -1;
    std::vector<Part> parts;
    std::string name;  ///< Given by .named(); printed where the part is a stage.
  };

  /// An empty graph: a serial without parts.
  Graph() = default;

  /// Numbers the nodes and channels by their positions and keeps everything else as given.
  Graph(Part root, std::vector<Node> nodes, std::vector<Channel> links);

  // Of a temporary graph by value, so that `for (auto& node : pipeline.graph().nodes())` is safe.
  [[nodiscard]] const std::vector<Node>& nodes() const& noexcept { return nodes_; }
  [[nodiscard]] std::vector<Node> nodes() && noexcept { return std::move(nodes_); }
  [[nodiscard]] const std::vector<Channel>& links() const& noexcept { return links_; }
  [[nodiscard]] std::vector<Channel> links() && noexcept { return std::move(links_); }
  [[nodiscard]] const Part& root() const& noexcept { return root_; }
  [[nodiscard]] Part root() && noexcept { return std::move(root_); }

  /// The nodes that put into one of the node's inputs (take from one of its outputs), ascending, each once. Made on
  /// demand, as farms of p and c replicas around one channel have p x c such pairs. Throws std::out_of_range.
  [[nodiscard]] std::vector<int> predecessors(int node) const;
  [[nodiscard]] std::vector<int> successors(int node) const;

  /// How many nodes the user wrote: internal ones are not counted.
  [[nodiscard]] std::size_t stages() const noexcept;

  /// How many channels, the outlet included.
  [[nodiscard]] std::size_t channels() const noexcept { return links_.size(); }

  /// The structure on one line: serial `[a, b]`, parallel `(a, b)`, broadcast `{a, b}`, `Seq(a)`, `Zip(a, b)`.
  /// An EZ or S inside another serial keeps its own brackets, `[a, [b, c], d]`; only a serial that is the whole of the
  /// root is not bracketed twice: EZ(S(a, b)) is `[a, b]`. Control characters in names are written as escapes.
  [[nodiscard]] std::string text() const;

  /// A graphviz document, "digraph ...". Equal replicas of a farm are one box; hosts are clusters once placed.
  [[nodiscard]] std::string dot() const;

  /// One JSON object with "text", "stages", "channels", "root", "nodes" and "links", keys always in the same order.
  [[nodiscard]] std::string json() const;

  /// The tree that print_layout() shows: a line per stage or farm, with rank and host once placed. Lines stay within
  /// 100 columns where the names allow it; ends with a newline.
  [[nodiscard]] std::string layout() const;

 private:
  Part root_;
  std::vector<Node> nodes_;
  std::vector<Channel> links_;
};

/// Writes graph.text().
std::ostream& operator<<(std::ostream& out, const Graph& graph);

}  // namespace mpyx
