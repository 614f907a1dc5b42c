#pragma once

#include <mpyx/graph.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace mpyx::graph {

/// The name with control characters and bytes that are no UTF-8 written as \n, \t or \x1b: it stays on one line.
[[nodiscard]] std::string one_line(std::string_view name);

/// The name with bytes that are no UTF-8 replaced by U+FFFD; control characters stay (JSON has its own escapes).
[[nodiscard]] std::string valid_utf8(std::string_view name);

/// How many columns UTF-8 text takes when each code point takes one.
[[nodiscard]] std::size_t columns(std::string_view text) noexcept;

/// "rank 3", or "ranks 3-5,9".
[[nodiscard]] std::string ranks_text(const std::set<int>& ranks);

/// What a stage part is called: the part's own name, else its node's.
[[nodiscard]] const std::string& stage_name(const Graph& graph, const Graph::Part& part);

/// "serial", "Seq" and so on: the words of dot, json and layout.
[[nodiscard]] std::string_view word(Graph::Kind kind) noexcept;

/// Whether a reader should see the part: a stage the user wrote, or a composition that holds one or was left empty.
[[nodiscard]] bool visible(const Graph& graph, const Graph::Part& part);

/// The root with serials that are the whole of their parent taken away: the level that text() puts in brackets.
[[nodiscard]] const Graph::Part& outermost(const Graph& graph);

}  // namespace mpyx::graph
