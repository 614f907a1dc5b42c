#include "imaging/save.hpp"

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace imaging {
namespace {

const char* advice(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "free some space there or choose another output folder";
    case EACCES:
    case EPERM:
      return "get the right to write there or choose another output folder";
    case EROFS:
      return "choose an output folder that is not mounted read-only";
    case EISDIR:
      return "a folder of that name is in the way: move it";
    case ENOENT:
      return "the output folder has gone: make it again";
    default:
      return "choose another output folder";
  }
}

[[noreturn]] void fail(const std::filesystem::path& file, int error) {
  throw SaveError("cannot write " + file.string() + ": " + std::generic_category().message(error) + "; " +
                  advice(error));
}

/// A new file beside the final one that disappears unless it is moved to its place.
class NewFile {
 public:
  explicit NewFile(const std::filesystem::path& destination) : destination_{destination} {
    // Relaxed: the number only has to differ from those of this process' other threads.
    static std::atomic<unsigned> numbers{0};
    for (int tries = 0; fd_ < 0; ++tries) {
      const unsigned number = numbers.fetch_add(1, std::memory_order_relaxed);
      const std::string name = ".image_pipeline-" + std::to_string(::getpid()) + "-" + std::to_string(number) + ".tmp";
      path_ = destination.parent_path() / name;
      fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      const bool taken = fd_ < 0 && errno == EEXIST && tries < 1000;  // left by a killed run, or by another host's
      if (fd_ < 0 && !taken) fail(destination, errno);
    }
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (fd_ >= 0) ::close(fd_);
    if (!moved_) ::unlink(path_.c_str());
  }

  void write(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno != EINTR) fail(destination_, errno);
      if (n > 0) bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
  }

  void move_into_place() {
    const int closed = ::close(fd_);  // network file systems report a full disk here
    fd_ = -1;
    if (closed != 0) fail(destination_, errno);
    if (::rename(path_.c_str(), destination_.c_str()) != 0) fail(destination_, errno);
    moved_ = true;
  }

 private:
  std::filesystem::path destination_;
  std::filesystem::path path_;
  int fd_ = -1;
  bool moved_ = false;
};

}  // namespace

void replace_file(const std::filesystem::path& file, std::span<const std::uint8_t> bytes) {
  NewFile fresh{file};
  fresh.write(bytes);
  fresh.move_into_place();
}

std::vector<std::uint8_t> encode(const Image& picture, int quality) {
  return picture.format == Format::png ? encode_png(picture) : encode_jpeg(picture, quality);
}

void save_image(const Image& picture, const std::filesystem::path& file, int quality) {
  std::vector<std::uint8_t> bytes;
  try {
    bytes = encode(picture, quality);
  } catch (const SaveError& error) {
    throw SaveError("cannot write " + file.string() + ": " + error.what());
  }
  replace_file(file, bytes);
}

}  // namespace imaging
