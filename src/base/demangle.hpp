#pragma once

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace mpyx::base {

/// As users write it: std::string, and containers without their allocators.
inline std::string without_defaults(std::string name) {
  const auto erase_all = [&name](const std::string& text, const char* instead) {
    for (auto at = name.find(text); at != name.npos; at = name.find(text)) name.replace(at, text.size(), instead);
  };
  erase_all("std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string");
  erase_all("std::__cxx11::", "std::");
  constexpr std::string_view allocator = ", std::allocator<";
  for (auto at = name.find(allocator); at != name.npos; at = name.find(allocator)) {
    auto end = at + allocator.size();
    for (int open = 1; open > 0 && end < name.size(); ++end) open += name[end] == '<' ? 1 : name[end] == '>' ? -1 : 0;
    if (end < name.size() && name[end] == ' ') ++end;  // "> >"
    name.erase(at, end - at);
  }
  return name;
}

/// The C++ name behind a mangled one, as users write it; the mangled one when it is none.
inline std::string demangled(const char* mangled) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name{abi::__cxa_demangle(mangled, nullptr, nullptr, &status), std::free};
  return status == 0 && name ? without_defaults(name.get()) : mangled;
}

}  // namespace mpyx::base
