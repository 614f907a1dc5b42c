#pragma once

#include "imaging/image.hpp"

#include <filesystem>
#include <span>

namespace imaging {

/// Saves the picture in its own format. The file is complete or not there: it is written beside its place under a
/// hidden name, then renamed, which also replaces an older one in one step. `quality` (1 to 100) is for JPEG.
/// Safe to call from several threads and processes at once. Throws SaveError.
void save_image(const Image& picture, const std::filesystem::path& file, int quality);

[[nodiscard]] std::vector<std::uint8_t> encode(const Image& picture, int quality);
[[nodiscard]] std::vector<std::uint8_t> encode_jpeg(const Image& picture, int quality);
[[nodiscard]] std::vector<std::uint8_t> encode_png(const Image& picture);

/// Puts bytes into a file in the same atomic way. Throws SaveError.
void replace_file(const std::filesystem::path& file, std::span<const std::uint8_t> bytes);

}  // namespace imaging
