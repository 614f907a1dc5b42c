#include "graph/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace mpyx::graph {
namespace {

bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Length of the well-formed UTF-8 sequence at the start of `text`, 0 when there is none (RFC 3629, table in section 4).
std::size_t sequence(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  return length;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(c);
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c == '\r') {
    out += "\\r";
  } else {
    out += "\\x";
    out += digits[value >> 4U];
    out += digits[value & 15U];
  }
}

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

std::string one_line(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  while (!name.empty()) {
    const std::size_t length = sequence(name);
    if (length == 0 || is_control(name[0])) {
      append_escaped(out, name[0]);
      name.remove_prefix(1);
    } else {
      out += name.substr(0, length);
      name.remove_prefix(length);
    }
  }
  return out;
}

std::string valid_utf8(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  while (!name.empty()) {
    const std::size_t length = sequence(name);
    out += length == 0 ? std::string_view("\xEF\xBF\xBD") : name.substr(0, length);
    name.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::size_t columns(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

std::string ranks_text(const std::set<int>& ranks) {
  std::string out = ranks.size() == 1 ? "rank " : "ranks ";
  for (auto first = ranks.begin(); first != ranks.end();) {
    auto next = std::next(first);
    int last = *first;
    while (next != ranks.end() && *next == last + 1) last = *next++;
    if (first != ranks.begin()) out += ',';
    out += *first == last ? fmt::format("{}", last) : fmt::format("{}-{}", *first, last);
    first = next;
  }
  return out;
}

const std::string& stage_name(const Graph& graph, const Graph::Part& part) {
  return part.name.empty() ? graph.nodes().at(static_cast<std::size_t>(part.node)).name : part.name;
}

std::string_view word(Graph::Kind kind) noexcept {
  constexpr std::array<std::string_view, 6> words = {"stage", "serial", "parallel", "broadcast", "Seq", "Zip"};
  return words[static_cast<std::size_t>(kind)];
}

bool visible(const Graph& graph, const Graph::Part& part) {
  if (part.kind == Graph::Kind::stage) return !graph.nodes().at(static_cast<std::size_t>(part.node)).internal;
  return part.parts.empty() ||
         std::ranges::any_of(part.parts, [&](const auto& inner) { return visible(graph, inner); });
}

const Graph::Part& outermost(const Graph& graph) {
  const Graph::Part* part = &graph.root();
  while (part->kind == Graph::Kind::serial) {
    const Graph::Part* only = nullptr;
    std::size_t seen = 0;
    for (const Graph::Part& inner : part->parts) {
      if (!visible(graph, inner)) continue;
      only = &inner;
      ++seen;
    }
    if (seen != 1 || only->kind != Graph::Kind::serial) break;
    part = only;
  }
  return *part;
}

}  // namespace mpyx::graph
