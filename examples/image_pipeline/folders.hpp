#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace image_pipeline {

/// A folder that cannot be used; what() says which, why and what to do.
struct FolderError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a folder holds, subfolders and hidden files aside: the names only, pictures or not.
struct Listing {
  std::string folder;
  std::vector<std::string> names;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(folder, names);
  }
};

/// The largest files come first: a large picture that came last would be worked on alone while all others are idle.
/// Throws FolderError.
[[nodiscard]] Listing list_files(const std::string& folder);

/// Makes the folder if it is absent. Throws FolderError when files cannot be put there.
void prepare_output(const std::string& folder);

[[nodiscard]] bool same_folder(const std::string& a, const std::string& b);

}  // namespace image_pipeline
