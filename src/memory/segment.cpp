#include "memory/segment.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <limits>
#include <sstream>
#include <type_traits>
#include <utility>

#include "base/clock.hpp"

namespace mpyx::memory {

namespace {

constexpr std::uint64_t k_first_step = 256ULL << 10;
constexpr std::uint64_t k_last_step = 16ULL << 20;

static_assert(std::is_standard_layout_v<SegmentHeader> && sizeof(SegmentHeader) <= 256);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

class UniqueFd {
 public:
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// A file without a name that only this user's processes can open. Without memfd it has a name for an instant.
int anonymous_file() {
  const int fd = ::memfd_create("mpyx", MFD_CLOEXEC);
  if (fd >= 0) return fd;
  const int memfd_error = errno;
  for (int attempt = 0; attempt < 16; ++attempt) {
    const std::string name = "/mpyx." + std::to_string(::getpid()) + "." + std::to_string(now_ns());
    const int shm = ::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (shm >= 0) {
      ::shm_unlink(name.c_str());
      return shm;
    }
    if (errno != EEXIST) break;
  }
  throw SegmentError(memfd_error, "no shared memory: memfd_create and shm_open are both refused; allow one of them");
}

std::byte* map_whole(int fd, std::size_t limit) {
  void* const at = ::mmap(nullptr, limit, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  if (at == MAP_FAILED)
    throw SegmentError(errno, "cannot map " + std::to_string(limit) + " bytes of shared memory; is ulimit -v set?");
  return static_cast<std::byte*>(at);
}

/// In pieces: a signal undoes what one call has done so far. A program that gets them often, from a profiler or a timer,
/// would repeat a large call for ever, and most callers hold the arena's lock. The more signals, the smaller the pieces.
int allocate_pages(int fd, Offset begin, Offset end) noexcept {
  constexpr std::uint64_t least = 64ULL << 10;
  std::uint64_t most = 4ULL << 20;
  while (begin < end) {
    const std::uint64_t piece = std::min(end - begin, most);
    // posix_fallocate would write every page where the file system cannot do it; tmpfs always can
    if (::fallocate(fd, 0, static_cast<off_t>(begin), static_cast<off_t>(piece)) == 0) {
      begin += piece;
    } else if (errno == EINTR) {
      most = std::max(most / 2, least);
    } else {
      return -1;
    }
  }
  return 0;
}

constexpr std::uint64_t k_unlimited = std::numeric_limits<std::uint64_t>::max();

std::uint64_t read_limit(const std::string& path) {
  std::ifstream file(path);
  std::uint64_t value = 0;
  return file >> value ? value : k_unlimited;  // "max" is no number
}

/// The smallest limit from `group` up to the root of the hierarchy mounted at `mount`.
std::uint64_t hierarchy_limit(const std::string& mount, std::string group, const std::string& file) {
  std::uint64_t smallest = k_unlimited;
  for (;;) {
    const std::string directory = group == "/" ? mount : mount + group;
    smallest = std::min(smallest, read_limit(directory + "/" + file));
    const std::size_t slash = group.find_last_of('/');
    if (group.size() <= 1 || slash == std::string::npos) return smallest;
    group.resize(std::max<std::size_t>(slash, 1));
  }
}

std::uint64_t control_group_limit() {
  std::uint64_t smallest = k_unlimited;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // hierarchy-id:controllers:/path
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty()) {
      smallest = std::min(smallest, hierarchy_limit("/sys/fs/cgroup", group, "memory.max"));
    } else if (("," + controllers + ",").find(",memory,") != std::string::npos) {
      smallest = std::min(smallest, hierarchy_limit("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes"));
    }
  }
  return smallest;
}

std::uint64_t available_memory() {
  std::ifstream info("/proc/meminfo");
  for (std::string line; std::getline(info, line);) {
    std::istringstream words(line);
    std::string key;
    std::uint64_t kib = 0;
    if (words >> key >> kib && key == "MemAvailable:") return kib << 10;
  }
  const auto pages = ::sysconf(_SC_PHYS_PAGES);
  const auto page = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page) : 1ULL << 30;
}

std::size_t page_size() noexcept { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

/// Whether the file holds a segment of this version of the library; reads it instead of trusting a mapping.
bool is_segment(int fd, std::uint64_t size) {
  struct Start {
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t membarrier;
    std::uint64_t limit;
  } start{};
  static_assert(offsetof(SegmentHeader, limit) == offsetof(Start, limit));
  return ::pread(fd, &start, sizeof start, 0) == static_cast<ssize_t>(sizeof start) &&
         start.magic == SegmentHeader::k_magic && start.version == SegmentHeader::k_version && start.limit == size;
}

}  // namespace

Segment Segment::create(std::size_t limit) {
  const std::size_t page = page_size();
  if (limit > static_cast<std::size_t>(std::numeric_limits<off_t>::max()) - page)
    throw SegmentError(EINVAL, "a shared-memory limit of " + std::to_string(limit) + " bytes is too large");
  limit = std::max((limit + page - 1) / page * page, page);
  UniqueFd fd(anonymous_file());
  if (::ftruncate(fd.get(), static_cast<off_t>(limit)) != 0)
    throw SegmentError(errno, "cannot reserve " + std::to_string(limit) + " bytes of shared memory");
  if (allocate_pages(fd.get(), 0, page) != 0)
    throw SegmentError(errno, "not even one page of shared memory is available");
  std::byte* const base = map_whole(fd.get(), limit);
  Segment segment(fd.release(), base, limit);
  SegmentHeader& header = segment.header();  // the kernel zero-filled it, which starts the atomics
  header.version = SegmentHeader::k_version;
  header.limit = limit;
  header.magic = SegmentHeader::k_magic;
  return segment;
}

Segment Segment::attach(pid_t pid, int fd) {
  const std::string path = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd);
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (file.get() < 0) {
    throw SegmentError(errno, "cannot open the host's shared memory " + path +
                                  "; the ranks of a host must run as one user in one process namespace");
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw SegmentError(errno, "cannot examine the shared memory " + path);
  const auto size = static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
  if (!S_ISREG(status.st_mode) || size < sizeof(SegmentHeader) || !is_segment(file.get(), size))
    throw SegmentError(EINVAL, path + " is no shared memory of this version of mpyx; do all ranks run the same build?");
  std::byte* const base = map_whole(file.get(), size);
  return Segment(file.release(), base, size);
}

std::size_t Segment::default_limit() { return std::min(available_memory(), control_group_limit()) / 2; }

Segment::Segment(Segment&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      base_(std::exchange(other.base_, nullptr)),
      limit_(std::exchange(other.limit_, 0)) {}

Segment& Segment::operator=(Segment&& other) noexcept {
  Segment taken(std::move(other));
  std::swap(fd_, taken.fd_);
  std::swap(base_, taken.base_);
  std::swap(limit_, taken.limit_);
  return *this;
}

Segment::~Segment() {
  if (base_ != nullptr) ::munmap(base_, limit_);
  if (fd_ >= 0) ::close(fd_);
}

bool Segment::populate(Offset begin, Offset end) noexcept {
  return begin >= end || (end <= limit_ && allocate_pages(fd_, begin, end) == 0);
}

bool Segment::commit(Offset end) noexcept {
  // The watermark moves after the pages are there (release; partner: the acquire loads of whoever relies on it), so a
  // death in between only means that the same pages are asked for again.
  std::atomic<std::uint64_t>& watermark = header().committed;
  const std::uint64_t begin = header().heap_begin;
  const std::uint64_t done = std::max(watermark.load(std::memory_order_acquire), begin);
  if (end <= done) return true;
  if (end > limit_) return false;
  const std::uint64_t step = std::clamp(done - begin, k_first_step, k_last_step);
  const std::uint64_t wished = std::min<std::uint64_t>(std::max(end, done + step), limit_);
  std::uint64_t reached = wished;
  if (!populate(done, wished)) {  // perhaps there is room for what is needed, without the reserve
    reached = end;
    if (wished == end || !populate(done, end)) return false;
  }
  watermark.store(reached, std::memory_order_release);
  return true;
}

}  // namespace mpyx::memory
