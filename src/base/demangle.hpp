#pragma once

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace mpyx::base {

/// The C++ name behind a mangled one; the mangled one when it is none.
inline std::string demangled(const char* mangled) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name{abi::__cxa_demangle(mangled, nullptr, nullptr, &status), std::free};
  return status == 0 && name ? name.get() : mangled;
}

}  // namespace mpyx::base
