#pragma once

#include <cstdint>
#include <functional>
#include <string>

/// One block as a complete bzip2 stream; such streams one after the other are a .bz2 file. `level` is bzip2's, 1 to 9.
[[nodiscard]] std::string compress(const std::string& block, int level);

/// A file that is read in blocks: what it held when it was looked at, however it grows meanwhile.
class Input {
 public:
  Input() = default;
  /// Throws FileError when there is no such file, or it cannot be read.
  Input(std::string file, int block_kb);

  [[nodiscard]] std::uint64_t blocks() const;  ///< at least one: an empty file is one empty block
  [[nodiscard]] int level() const { return (block_kb_ + 99) / 100; }

  /// In their order; the last one may be shorter. Throws FileError.
  void for_each_block(const std::function<void(const std::string&)>& use) const;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(file_, size_, block_kb_);
  }

 private:
  [[nodiscard]] std::uint64_t block_bytes() const { return static_cast<std::uint64_t>(block_kb_) * 1000; }

  std::string file_;
  std::uint64_t size_ = 0;
  int block_kb_ = 0;
};
