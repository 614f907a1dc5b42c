#pragma once

#include <string>
#include <string_view>
#include <typeinfo>

namespace mpyx::process {

/// The plain name of the function at an address, static and anonymous ones included: "square", "lambda"; for a call
/// operator the name of its class. From the symbol table of the function's file; empty when that does not know it.
/// The first call for an address reads the symbol table (about 1 ms per 100,000 symbols); later ones are cached.
/// Thread-safe.
std::string symbol_name(const void* function);

/// The plain name of a type: no namespaces, no template arguments: "Picky"; "lambda" for closures.
std::string type_display_name(const std::type_info& type);

/// What the two above do to a demangled name; for a function "void a::(anonymous namespace)::f<int>(int)" it is "f".
std::string plain_function_name(std::string_view demangled);
std::string plain_type_name(std::string_view demangled);

}  // namespace mpyx::process
