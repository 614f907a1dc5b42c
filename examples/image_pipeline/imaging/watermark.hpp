#pragma once

#include "imaging/image.hpp"

#include <string_view>

namespace imaging {

/// Writes `text` into the lower right corner: half transparent white letters over a soft shadow, 4 % of the picture's
/// shorter side high, smaller where the text would be wider than nine tenths of the picture. A picture too small for
/// legible letters stays as it is.
[[nodiscard]] Image watermark(Image picture, std::string_view text);

}  // namespace imaging
