#pragma once

#include "imaging/image.hpp"

#include <span>

namespace imaging {

/// The EXIF orientation (1 to 8) in the body of a JPEG APP1 marker; 1, upright, when there is none or it is malformed.
[[nodiscard]] int exif_orientation(std::span<const std::uint8_t> app1);

/// The picture turned and mirrored so that it is upright.
[[nodiscard]] Image upright(Image stored, int orientation);

}  // namespace imaging
