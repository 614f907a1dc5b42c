#include "blocks.hpp"

#include "new_file.hpp"

#include <bzlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace {

FileError unreadable(const std::string& file, const std::string& why, bool begun = false) {
  return FileError{"cannot read " + file + ": " + why + "; name a file that you may read", begun};
}

std::string reason() { return std::generic_category().message(errno); }

}  // namespace

std::string compress(const std::string& block, int level) {
  std::string stream(block.size() + block.size() / 100 + 600, '\0');  // enough for whatever it holds, says bzlib.h
  auto length = static_cast<unsigned>(stream.size());
  const int result = BZ2_bzBuffToBuffCompress(stream.data(), &length, const_cast<char*>(block.data()),
                                              static_cast<unsigned>(block.size()), level, 0, 0);
  if (result == BZ_MEM_ERROR) throw std::bad_alloc{};
  if (result != BZ_OK) throw std::runtime_error("bzip2 refuses a block with error " + std::to_string(result));
  stream.resize(length);
  return stream;
}

Input::Input(std::string file, int block_kb) : file_{std::move(file)}, block_kb_{block_kb} {
  struct stat status {};
  if (::stat(file_.c_str(), &status) != 0) throw unreadable(file_, reason());
  if (!S_ISREG(status.st_mode)) throw unreadable(file_, "it is no regular file");
  if (!std::ifstream{file_}) throw unreadable(file_, reason());
  size_ = static_cast<std::uint64_t>(status.st_size);
}

std::uint64_t Input::blocks() const { return std::max<std::uint64_t>(1, (size_ + block_bytes() - 1) / block_bytes()); }

void Input::for_each_block(const std::function<void(const std::string&)>& use) const {
  std::ifstream in{file_, std::ios::binary};
  if (!in) throw unreadable(file_, reason(), true);
  std::string block;
  for (std::uint64_t number = 0; number < blocks(); ++number) {
    block.resize(std::min(block_bytes(), size_ - number * block_bytes()));
    errno = 0;
    if (!in.read(block.data(), static_cast<std::streamsize>(block.size()))) {
      throw unreadable(file_, errno != 0 ? reason() : "it became shorter meanwhile", true);
    }
    use(block);
  }
}
