#include "new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

void NewFile::fail(bool begun) const {
  const char* advice = errno == ENOSPC || errno == EDQUOT ? "free some space there, or write elsewhere"
                                                          : "name a file in a folder that you may write to";
  throw FileError{"cannot write " + path_ + ": " + std::generic_category().message(errno) + "; " + advice, begun};
}

NewFile::NewFile(std::string path) : path_{std::move(path)} {
  struct stat status {};
  if (::stat(path_.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    errno = EISDIR;
    fail(false);
  }
  const std::size_t slash = path_.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  fd_ = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (fd_ < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) open_named();
  if (fd_ < 0) fail(false);
}

void NewFile::open_named() {
  made_as_ = path_ + ".XXXXXX";
  fd_ = ::mkostemp(made_as_.data(), O_CLOEXEC);
  if (fd_ < 0) {
    made_as_.clear();
    return;
  }
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(fd_, 0666 & ~mask);  // mkostemp makes it private
}

NewFile::~NewFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!made_as_.empty()) ::unlink(made_as_.c_str());
}

void NewFile::append(std::string_view piece) {
  ++pieces_;
  while (!piece.empty()) {
    const ssize_t n = ::write(fd_, piece.data(), piece.size());
    if (n < 0 && errno != EINTR) fail(true);
    if (n > 0) piece.remove_prefix(static_cast<std::size_t>(n));
  }
}

void NewFile::move_into_place() {
  if (made_as_.empty()) {  // a link cannot replace an older file, but a rename can
    const std::string name = path_ + "." + std::to_string(::getpid());
    const std::string unnamed = "/proc/self/fd/" + std::to_string(fd_);
    if (::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) fail(true);
    made_as_ = name;
  }
  if (::close(std::exchange(fd_, -1)) != 0) fail(true);  // network file systems report a full disk here
  if (::rename(made_as_.c_str(), path_.c_str()) != 0) fail(true);
  made_as_.clear();
}
