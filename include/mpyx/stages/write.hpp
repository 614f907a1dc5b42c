#pragma once

#include <mpyx/stage.hpp>

#include <fstream>
#include <string>
#include <utility>

namespace mpyx {

/// A sink that writes each string to a file as it is (it adds no newline). The file is made anew, and complete once the
/// pipeline is joined. Runs on the coordinator's host unless pinned. What cannot be written is a StageError.
class Write : public F<std::string, void> {
 public:
  static constexpr bool names_files = true;

  Write() = default;
  explicit Write(std::string file) : file_{std::move(file)} {}
  Write(const Write& other) : F{other}, file_{other.file_} {}
  Write& operator=(const Write& other) {
    file_ = other.file_;
    return *this;
  }

  void setup() override;
  void process(std::string text) override;
  void teardown() override;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(file_);
  }

 private:
  [[noreturn]] void fail(const char* what) const;
  std::string file_;
  std::ofstream out_;
};

}  // namespace mpyx
