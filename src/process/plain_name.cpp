#include <cctype>
#include <vector>

#include "process/names.hpp"

// Reads names as the demangler writes them. A name is a row of components between "::"; a component is an identifier
// (or "operator...", "{lambda(int)#1}", "(anonymous namespace)"), then perhaps template arguments, then perhaps an
// argument list with "const" and the like behind it. Templates have their result type and a space in front.
namespace mpyx::process {
namespace {

constexpr std::string_view k_anonymous = "(anonymous namespace)";
constexpr std::string_view k_operator = "operator";

bool in_identifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$'; }

// The position behind the bracket that closes the one at `open`.
std::size_t behind_bracket(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(' || c == '<' || c == '{' || c == '[') ++depth;
    const bool arrow = c == '>' && text[i - 1] == '-';
    if ((c == ')' || c == '>' || c == '}' || c == ']') && !arrow && --depth == 0) return i + 1;
  }
  return text.size();
}

bool operator_at(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with(k_operator)) return false;
  const std::size_t next = at + k_operator.size();
  const bool begins = at == 0 || !in_identifier(text[at - 1]);
  return begins && (next == text.size() || !in_identifier(text[next]));
}

// Behind "operator<<", "operator()", "operator new", "operator std::string": where its argument list begins.
std::size_t behind_operator(std::string_view text, std::size_t at) {
  std::size_t i = at + k_operator.size();
  if (text.substr(i).starts_with("()")) return i + 2;
  if (i < text.size() && text[i] == ' ') {
    const std::size_t arguments = text.find('(', i);
    return arguments == std::string_view::npos ? text.size() : arguments;
  }
  while (i < text.size() && text[i] != '(' && !in_identifier(text[i])) {
    if (text[i] == '<' && text.substr(at, i - at) != k_operator && text[i - 1] != '<') break;  // template arguments
    ++i;
  }
  return i;
}

// Skips " const", " volatile", " &" behind an argument list; the same position when there is none.
std::size_t behind_qualifier(std::string_view text, std::size_t at) {
  for (const std::string_view word : {" const", " volatile", " &&", " &", " noexcept"}) {
    if (!text.substr(at).starts_with(word)) continue;
    const std::size_t next = at + word.size();
    if (next == text.size() || text[next] == ':' || text[next] == ' ') return next;
  }
  return at;
}

std::string_view without_clones(std::string_view text) { return text.substr(0, text.find(" [clone")); }

// The components of the name, result types dropped. `spaces` says whether a space ends a result type.
std::vector<std::string_view> components(std::string_view text, bool spaces) {
  std::vector<std::string_view> found;
  std::size_t begin = 0;
  std::size_t i = 0;
  while (i < text.size()) {
    if (operator_at(text, i)) {
      i = behind_operator(text, i);
    } else if (text.substr(i).starts_with("::")) {
      found.push_back(text.substr(begin, i - begin));
      i += 2;
      begin = i;
    } else if (text[i] == ' ' && spaces) {
      const std::size_t next = behind_qualifier(text, i);
      if (next != i) {
        i = next;
        continue;
      }
      found.clear();
      begin = ++i;
    } else if (text[i] == '(' || text[i] == '<' || text[i] == '{') {
      i = behind_bracket(text, i);
    } else {
      ++i;
    }
  }
  found.push_back(text.substr(begin));
  return found;
}

// The component without arguments and template arguments; "lambda" for a closure, empty for an anonymous namespace.
std::string bare(std::string_view component) {
  if (component.starts_with("{lambda") || component.starts_with("'lambda") || component.starts_with("$_")) {
    return "lambda";
  }
  if (component.starts_with(k_anonymous)) return {};
  std::size_t end = operator_at(component, 0) ? behind_operator(component, 0) : 0;
  while (end < component.size() && component[end] != '(' && component[end] != '<' && component[end] != '[') ++end;
  while (end > 0 && component[end - 1] == ' ') --end;  // "operator< <int>"
  return std::string(component.substr(0, end));
}

}  // namespace

std::string plain_function_name(std::string_view demangled) {
  const auto parts = components(without_clones(demangled), true);
  const std::string_view last = parts.back();
  // A template whose result is a pointer to a function: "void (*get<int>(int))(double)".
  if (last.starts_with("(*")) {
    const std::size_t end = behind_bracket(last, 0);
    return plain_function_name(last.substr(2, end - 3));
  }
  std::string name = bare(last);
  // Call operators and the functions behind closures that became pointers go by the name of their class.
  const bool of_class = name == "operator()" || name == "_FUN" || name == "__invoke";
  if (of_class && parts.size() > 1) return bare(parts[parts.size() - 2]);
  return name;
}

std::string plain_type_name(std::string_view demangled) {
  if (demangled.find("(*)") != std::string_view::npos) return std::string(demangled);
  std::string name = bare(components(demangled, false).back());
  return name.empty() ? std::string(demangled) : name;
}

}  // namespace mpyx::process
