#pragma once

#include <span>
#include <string>

namespace mpyx::process {

/// A file's bytes, mapped read-only; none when it cannot be read.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const unsigned char> bytes() const noexcept { return bytes_; }

 private:
  std::span<const unsigned char> bytes_;
};

}  // namespace mpyx::process
