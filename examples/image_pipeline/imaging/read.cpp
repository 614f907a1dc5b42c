#include "imaging/read.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace imaging {
namespace {

class OpenFile {
 public:
  /// O_NONBLOCK: opening a named pipe must not wait for a writer; for regular files it changes nothing.
  explicit OpenFile(const std::filesystem::path& file) : fd_{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)} {
    if (fd_ < 0) throw ReadError("it cannot be opened: " + std::generic_category().message(errno));
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { ::close(fd_); }

  [[nodiscard]] std::size_t size() const {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) throw ReadError("it cannot be read: " + std::generic_category().message(errno));
    if (!S_ISREG(status.st_mode)) throw ReadError("it is not a regular file");
    return static_cast<std::size_t>(status.st_size);
  }

  /// Fewer bytes than asked for only where the file ends.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> into) const {
    std::size_t got = 0;
    while (got < into.size()) {
      const ssize_t n = ::read(fd_, into.data() + got, into.size() - got);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw ReadError("it cannot be read: " + std::generic_category().message(errno));
      if (n == 0) break;
      got += static_cast<std::size_t>(n);
    }
    return got;
  }

 private:
  int fd_;
};

constexpr std::array<std::uint8_t, 3> jpeg_signature{0xFF, 0xD8, 0xFF};
constexpr std::array<std::uint8_t, 8> png_signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

template <std::size_t Length>
bool starts_with(std::span<const std::uint8_t> file, const std::array<std::uint8_t, Length>& signature) {
  return file.size() >= Length && std::equal(signature.begin(), signature.end(), file.begin());
}

void check_signature(std::span<const std::uint8_t> start) {
  if (start.empty()) throw ReadError("it is empty");
  if (!starts_with(start, jpeg_signature) && !starts_with(start, png_signature)) {
    throw ReadError("it is neither a JPEG nor a PNG picture");
  }
}

}  // namespace

void check_size(std::uint64_t width, std::uint64_t height, std::size_t file_bytes, std::uint64_t pixels_per_byte) {
  if (width == 0 || height == 0) throw ReadError("it is damaged: it has no pixels");
  if (width * height / pixels_per_byte > file_bytes) {  // both are below 2^32, so the product cannot overflow
    throw ReadError("it is damaged: too short for " + std::to_string(width) + " x " + std::to_string(height) +
                    " pixels");
  }
}

Image decode(std::span<const std::uint8_t> file) {
  check_signature(file);
  return starts_with(file, png_signature) ? decode_png(file) : decode_jpeg(file);
}

Image read_image(const std::filesystem::path& path) {
  const OpenFile file{path};
  const std::size_t size = file.size();
  // A foreign file may be huge: look at its start before reading the rest.
  std::vector<std::uint8_t> bytes(std::min(size, png_signature.size()));
  bytes.resize(file.read(bytes));
  check_signature(bytes);
  const std::size_t start = bytes.size();
  bytes.resize(std::max(size, start));
  bytes.resize(start + file.read(std::span{bytes}.subspan(start)));
  return decode(bytes);
}

}  // namespace imaging
