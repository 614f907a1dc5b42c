#include "process/module.hpp"

#include <elf.h>
#include <link.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <string_view>

#include "process/mapped_file.hpp"

namespace mpyx::process {
namespace {

std::string hex(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text.push_back(digits[bytes[i] >> 4U]);
    text.push_back(digits[bytes[i] & 15U]);
  }
  return text;
}

std::size_t aligned(std::size_t size, std::size_t alignment) { return (size + alignment - 1) & ~(alignment - 1); }

// The loader mapped these notes; sizes are checked all the same.
std::string build_id_in_notes(const unsigned char* notes, std::size_t size, std::size_t alignment) {
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header;
    std::memcpy(&header, notes, sizeof header);
    const std::size_t name = sizeof header;
    const std::size_t description = aligned(name + header.n_namesz, alignment);
    const std::size_t behind = description + header.n_descsz;
    if (behind > size) return {};
    const bool gnu = header.n_namesz == 4 && std::memcmp(notes + name, "GNU", 4) == 0;
    if (gnu && header.n_type == NT_GNU_BUILD_ID) return hex(notes + description, header.n_descsz);
    const std::size_t next = std::min(size, aligned(behind, alignment));
    notes += next;
    size -= next;
  }
  return {};
}

std::string hash_of_file(const std::string& path) {
  const MappedFile file(path);
  const XXH128_hash_t hash = XXH3_128bits(file.bytes().data(), file.bytes().size());
  std::array<unsigned char, sizeof(XXH128_canonical_t)> digest{};
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  std::memcpy(digest.data(), canonical.digest, digest.size());
  return "xxh3-" + hex(digest.data(), digest.size());
}

std::string executable_path() {
  std::array<char, PATH_MAX> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : std::string();
}

void add_segment(Module& module, const ElfW(Phdr) & header) {
  const std::uintptr_t begin = module.bias + header.p_vaddr;
  module.segments.push_back({begin, begin + header.p_memsz, (header.p_flags & PF_X) != 0});
}

// Only what the loader mapped: a note need not belong to a loaded segment.
void find_build_id(Module& module, const ElfW(Phdr) & header) {
  const std::uintptr_t begin = module.bias + header.p_vaddr;
  const bool mapped = std::ranges::any_of(module.segments, [&](const ModuleSegment& segment) {
    return begin >= segment.begin && begin < segment.end && header.p_memsz <= segment.end - begin;
  });
  if (!mapped || !module.build_id.empty()) return;
  const auto* notes = reinterpret_cast<const unsigned char*>(begin);
  module.build_id = build_id_in_notes(notes, header.p_memsz, header.p_align == 8 ? 8 : 4);
}

Module describe_module(const dl_phdr_info& info, bool is_executable) {
  Module module;
  module.path = is_executable ? executable_path() : info.dlpi_name;
  module.bias = info.dlpi_addr;
  for (std::size_t i = 0; i < info.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info.dlpi_phdr[i];
    if (header.p_type == PT_LOAD) add_segment(module, header);
  }
  for (std::size_t i = 0; i < info.dlpi_phnum; ++i) {
    if (info.dlpi_phdr[i].p_type == PT_NOTE) find_build_id(module, info.dlpi_phdr[i]);
  }
  if (!module.segments.empty()) {
    module.begin = std::ranges::min(module.segments, {}, &ModuleSegment::begin).begin;
    module.end = std::ranges::max(module.segments, {}, &ModuleSegment::end).end;
  }
  return module;
}

void complete(Module& module) {
  if (module.build_id.empty()) {
    module.build_id = hash_of_file(module.path.empty() || module.path == own_path() ? "/proc/self/exe" : module.path);
  }
  module.id = std::max<std::uint64_t>(1, XXH3_64bits(module.build_id.data(), module.build_id.size()));
}

// How many modules were loaded and unloaded so far.
struct Generation {
  unsigned long long loads = 0;
  unsigned long long unloads = 0;
  friend bool operator==(const Generation&, const Generation&) = default;
};

Generation generation() {
  Generation now;
  const auto visit = [](dl_phdr_info* info, std::size_t, void* result) {
    *static_cast<Generation*>(result) = {info->dlpi_adds, info->dlpi_subs};
    return 1;
  };
  ::dl_iterate_phdr(visit, &now);
  return now;
}

std::vector<Module> list_modules() {
  std::vector<Module> list;
  const auto visit = [](dl_phdr_info* info, std::size_t, void* result) {
    auto& found = *static_cast<std::vector<Module>*>(result);
    found.push_back(describe_module(*info, found.empty()));
    return 0;
  };
  ::dl_iterate_phdr(visit, &list);
  for (auto& module : list) complete(module);
  return list;
}

struct Snapshots {
  std::mutex mutex;
  Generation generation;
  std::vector<std::unique_ptr<const std::vector<Module>>> all;  // earlier ones stay: callers may hold references
};

bool inside(const ModuleSegment& segment, std::uintptr_t address) {
  return address >= segment.begin && address < segment.end;
}

const ModuleSegment* segment_at(const Module& module, std::uintptr_t address) {
  if (address < module.begin || address >= module.end) return nullptr;
  const auto found = std::ranges::find_if(module.segments, [&](const auto& part) { return inside(part, address); });
  return found == module.segments.end() ? nullptr : &*found;
}

}  // namespace

const std::vector<Module>& modules() {
  static auto& snapshots = *new Snapshots;  // never destroyed: exit handlers may still ask
  const Generation now = generation();
  const std::lock_guard lock(snapshots.mutex);
  if (snapshots.all.empty() || !(snapshots.generation == now)) {
    snapshots.all.push_back(std::make_unique<const std::vector<Module>>(list_modules()));
    snapshots.generation = now;
  }
  return *snapshots.all.back();
}

const Module* module_of(const void* address) {
  const auto value = reinterpret_cast<std::uintptr_t>(address);
  const auto& list = modules();
  const auto found = std::ranges::find_if(list, [&](const Module& part) { return segment_at(part, value) != nullptr; });
  return found == list.end() ? nullptr : &*found;
}

CodeAddress locate(const void* address) {
  const Module* module = module_of(address);
  if (module == nullptr) return {};
  return {module->id, reinterpret_cast<std::uintptr_t>(address) - module->bias};
}

void* resolve(CodeAddress address) {
  if (address.module == 0) return nullptr;
  for (const Module& module : modules()) {
    if (module.id != address.module) continue;
    const std::uintptr_t value = module.bias + address.offset;  // may wrap around: the segments decide
    if (segment_at(module, value) != nullptr) return reinterpret_cast<void*>(value);
  }
  return nullptr;
}

bool executable(const void* address) {
  const Module* module = module_of(address);
  return module != nullptr && segment_at(*module, reinterpret_cast<std::uintptr_t>(address))->executable;
}

bool is_system_library(const Module& module) {
  constexpr std::array<std::string_view, 9> names = {"libc.so",  "libc-2",        "libm.so", "libm-2",   "libmvec.so",
                                                     "ld-linux", "linux-vdso.so", "ld-musl", "libc.musl"};
  const std::string_view path = module.path;
  const std::string_view file = path.substr(path.rfind('/') + 1);
  return std::ranges::any_of(names, [&](std::string_view name) { return file.starts_with(name); });
}

std::string own_build_id() { return modules().front().build_id; }

std::string own_path() {
  static const std::string path = executable_path();
  return path;
}

bool points_into_this_process(std::uint64_t value) {
  constexpr std::uint64_t lowest = 1U << 16U;                 // nothing is mapped below
  constexpr std::uint64_t highest = std::uint64_t{1} << 56U;  // user space ends here at the latest
  if (value < lowest || value >= highest) return false;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    char* rest = nullptr;
    const std::uint64_t begin = std::strtoull(line.c_str(), &rest, 16);
    const std::uint64_t end = *rest == '-' ? std::strtoull(rest + 1, nullptr, 16) : 0;
    if (value >= begin && value < end) return true;
  }
  return false;
}

}  // namespace mpyx::process
