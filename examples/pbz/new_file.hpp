#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

/// A file that cannot be used; what() says which, why and what to do.
struct FileError : std::runtime_error {
  FileError(const std::string& what, bool work_had_begun) : std::runtime_error{what}, begun{work_had_begun} {}
  bool begun;  ///< it could be used at first
};

/// A file that takes its name, and the place of an older one, when it is complete; before that nobody sees it under that
/// name, and nothing is left of it. Where the file system can make files without a name it has none until then, so that
/// nothing is left after a kill either. All functions throw FileError.
class NewFile {
 public:
  explicit NewFile(std::string path);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  void append(std::string_view piece);
  [[nodiscard]] std::size_t pieces() const { return pieces_; }
  void move_into_place();

 private:
  [[noreturn]] void fail(bool begun) const;
  void open_named();

  std::string path_;
  std::string made_as_;  // the name it has meanwhile; empty while it has none, and once it is moved
  int fd_ = -1;
  std::size_t pieces_ = 0;
};
