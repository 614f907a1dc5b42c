#include "topology/host.hpp"

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>

namespace mpyx::topology {
namespace {

constexpr std::size_t k_most_cores = 1U << 20U;

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

std::string namespace_number(const char* kind) {
  struct stat info {};
  const std::string path = std::string("/proc/self/ns/") + kind;
  return ::stat(path.c_str(), &info) == 0 ? std::to_string(info.st_ino) : "?";
}

std::uint64_t identity_of(const std::string& name) {
  std::string text = first_line("/proc/sys/kernel/random/boot_id");
  for (const char* kind : {"pid", "ipc", "mnt", "uts"}) text += "|" + namespace_number(kind);
  text += "|" + name;
  return XXH3_64bits(text.data(), text.size());
}

// Grows the set until the kernel's fits: a machine may have more than 1,024 processors.
int cores_of_affinity() {
  for (std::size_t processors = 1024; processors <= k_most_cores; processors *= 2) {
    std::vector<cpu_set_t> sets(processors / (8 * sizeof(cpu_set_t)));
    const std::size_t bytes = sets.size() * sizeof(cpu_set_t);
    if (::sched_getaffinity(0, bytes, sets.data()) == 0) return CPU_COUNT_S(bytes, sets.data());
    if (errno != EINVAL) break;
  }
  return static_cast<int>(std::thread::hardware_concurrency());
}

// The folder of this process in the unified control-group tree; empty without one.
std::string control_group() {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("0::")) return "/sys/fs/cgroup" + (line == "0::/" ? "" : line.substr(3));
  }
  return {};
}

// Applies `read` to a limit file of this control group and of all above it.
template <class Read>
void for_each_limit(const std::string& file, Read read) {
  const std::string root = "/sys/fs/cgroup";
  for (std::string group = control_group(); group.size() >= root.size(); group.resize(group.rfind('/'))) {
    const std::string line = first_line(group + "/" + file);
    if (!line.empty() && !line.starts_with("max")) read(line);
    if (group == root) return;
  }
}

int usable_cores() {
  int cores = std::max(1, cores_of_affinity());
  for_each_limit("cpu.max", [&](const std::string& line) {
    double quota = 0;
    double period = 0;
    if (std::istringstream(line) >> quota >> period && period > 0) {
      cores = std::min(cores, std::max(1, static_cast<int>(std::ceil(quota / period))));
    }
  });
  return cores;
}

std::uint64_t usable_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page <= 0) return 0;
  std::uint64_t memory = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page);
  for_each_limit("memory.max", [&](const std::string& line) {
    std::uint64_t limit = 0;
    if (std::istringstream(line) >> limit) memory = std::min(memory, limit);
  });
  return memory;
}

}  // namespace

HostRecord this_host() {
  HostRecord record;
  record.name = host_name();
  record.identity = identity_of(record.name);
  record.cores = usable_cores();
  record.memory = usable_memory();
  return record;
}

}  // namespace mpyx::topology
