#include "folders.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace image_pipeline {
namespace {

namespace fs = std::filesystem;

FolderError unusable(const std::string& what, const std::string& folder, const std::string& why, const char* advice) {
  return FolderError("the " + what + " folder '" + folder + "' cannot be used: " + why + "; " + advice);
}

}  // namespace

Listing list_files(const std::string& folder) {
  std::vector<std::pair<std::uintmax_t, std::string>> found;
  std::error_code error;
  fs::directory_iterator entry{folder, error};
  for (; !error && entry != fs::directory_iterator{}; entry.increment(error)) {
    const std::string name = entry->path().filename();
    std::error_code ignored;  // a dangling link is listed: the reading stage reports it
    if (name.starts_with('.') || entry->is_directory(ignored)) continue;
    const std::uintmax_t size = entry->file_size(ignored);
    found.emplace_back(ignored ? 0 : size, name);
  }
  if (error) throw unusable("input", folder, error.message(), "name a folder of JPEG and PNG files that you may read");
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  Listing listing{folder, {}};
  for (auto& [size, name] : found) listing.names.push_back(std::move(name));
  return listing;
}

void prepare_output(const std::string& folder) {
  constexpr const char* k_advice = "name a folder that you may write to, or one that can be made";
  std::error_code error, unknown;
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder, unknown)) {
    throw unusable("output", folder, error ? error.message() : "it is a file", k_advice);
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    throw unusable("output", folder, std::generic_category().message(errno), k_advice);
}

bool same_folder(const std::string& a, const std::string& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

}  // namespace image_pipeline
