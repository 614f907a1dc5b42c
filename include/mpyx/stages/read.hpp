#pragma once

#include <mpyx/stage.hpp>

#include <string>
#include <utility>

namespace mpyx {

/// A source that puts the lines of a text file, without their newlines. Runs on the coordinator's host unless pinned.
/// A file that cannot be read is a StageError that names it and says why; so is standard input, which belongs to rank 0.
class Read : public F<void, std::string> {
 public:
  static constexpr bool names_files = true;

  Read() = default;
  explicit Read(std::string file) : file_{std::move(file)} {}

  void setup() override;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(file_);
  }

 private:
  std::string file_;
};

}  // namespace mpyx
