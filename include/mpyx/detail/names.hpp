#pragma once

#include <string>
#include <typeinfo>

namespace mpyx::detail {

/// A class's name as a person writes it: no namespaces, no template arguments; "lambda" for a closure.
std::string type_name(const std::type_info& info);
/// A function's plain name from the program's symbol table, also a static one; unknown_function_name when it has none.
inline constexpr const char* unknown_function_name = "function";
std::string function_name(const void* function);

}  // namespace mpyx::detail
