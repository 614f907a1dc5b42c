#pragma once

#include "imaging/image.hpp"

#include <filesystem>
#include <span>

namespace imaging {

/// Reads a JPEG or PNG file; its first bytes decide which, not its name. Grey, palette, 16-bit, CMYK and transparent
/// pictures become RGB or RGBA; a JPEG picture is turned upright as its EXIF orientation asks.
/// Throws ReadError.
[[nodiscard]] Image read_image(const std::filesystem::path& file);

/// The same for a file that is already in memory.
[[nodiscard]] Image decode(std::span<const std::uint8_t> file);

[[nodiscard]] Image decode_jpeg(std::span<const std::uint8_t> file);
[[nodiscard]] Image decode_png(std::span<const std::uint8_t> file);

/// Refuses a size that the file cannot hold, so that a damaged header does not ask for gigabytes of memory.
/// pixels_per_byte is the most that the format's compression can reach.
void check_size(std::uint64_t width, std::uint64_t height, std::size_t file_bytes, std::uint64_t pixels_per_byte);

}  // namespace imaging
