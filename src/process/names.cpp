#include "process/names.hpp"

#include <cxxabi.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>

#include "process/elf_symbols.hpp"
#include "process/module.hpp"

namespace mpyx::process {
namespace {

std::string demangle(const char* name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(name, nullptr, nullptr, &status), std::free);
  return status == 0 && text ? text.get() : name;
}

struct SymbolCache {
  std::mutex mutex;  // guards both maps; held while a symbol table is read
  std::map<std::string, std::unique_ptr<ElfSymbols>> files;
  std::map<const void*, std::string> names;
};

std::string read_symbol_name(SymbolCache& cache, const void* function) {
  const Module* module = module_of(function);
  if (module == nullptr) return {};
  auto& symbols = cache.files[module->path];
  if (!symbols) {
    // The executable's file may have been replaced since it was started; this link still leads to the right one.
    symbols = std::make_unique<ElfSymbols>(module->path == own_path() ? "/proc/self/exe" : module->path);
  }
  const std::string mangled = symbols->function_at(reinterpret_cast<std::uintptr_t>(function) - module->bias);
  return mangled.empty() ? mangled : plain_function_name(demangle(mangled.c_str()));
}

}  // namespace

std::string symbol_name(const void* function) {
  static auto& cache = *new SymbolCache;  // never destroyed: exit handlers may still ask
  const std::lock_guard lock(cache.mutex);
  const auto known = cache.names.find(function);
  if (known != cache.names.end()) return known->second;
  return cache.names[function] = read_symbol_name(cache, function);
}

std::string type_display_name(const std::type_info& type) { return plain_type_name(demangle(type.name())); }

}  // namespace mpyx::process
