#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mpyx::process {

/// One mapped piece of a module.
struct ModuleSegment {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool executable = false;
};

/// The executable or a shared library as it is loaded in this process.
struct Module {
  std::string path;          ///< the file; for the vdso its name
  std::string build_id;      ///< hex of the linker's build id; without one, "xxh3-" and a hash of the file
  std::uint64_t id = 0;      ///< hash of build_id; never 0
  std::uintptr_t begin = 0;  ///< first mapped address
  std::uintptr_t end = 0;    ///< behind the last mapped address
  std::uintptr_t bias = 0;   ///< what the loader added to the addresses in the file
  std::vector<ModuleSegment> segments;
};

/// The modules loaded now, the executable first. The vector never changes and lives for ever; after a dlopen() a later
/// call returns another one. Thread-safe.
const std::vector<Module>& modules();

/// The module that an address belongs to, or nullptr. Valid for ever.
const Module* module_of(const void* address);

/// An address of code or static data that means the same in another process that runs the same files.
struct CodeAddress {
  std::uint64_t module = 0;  ///< Module::id; 0 when the address belongs to no module
  std::uint64_t offset = 0;  ///< from Module::bias

  friend bool operator==(const CodeAddress&, const CodeAddress&) = default;
};

/// Thread-safe. {0, 0} when the address belongs to no module.
CodeAddress locate(const void* address);

/// The address in this process; nullptr when no such module is loaded or the offset is outside its mapped segments
/// (addresses from outside are safe to ask for; what they point to is for the caller to check).
void* resolve(CodeAddress address);

/// Whether the address lies in the code of a module.
bool executable(const void* address);

/// libc, libm, the loader, the vdso: functions there may have variants chosen by the processor, so their addresses
/// mean nothing on another host.
bool is_system_library(const Module& module);

/// The build id of the running executable, and its file.
std::string own_build_id();
std::string own_path();

/// Whether a value, taken as an address, falls into something mapped in this process (heap, stacks, modules).
/// Reads /proc/self/maps when the value could be an address at all; about 0.1 ms.
bool points_into_this_process(std::uint64_t value);

}  // namespace mpyx::process
