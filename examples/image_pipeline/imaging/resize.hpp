#pragma once

#include "imaging/image.hpp"

namespace imaging {

/// Makes a picture that is wider than `width` pixels that wide, in proportion; a smaller one comes back as it is.
///
/// Elliptical Lanczos filter in linear light (a jinc windowed by a jinc over three lobes, as ImageMagick's
/// "-distort Resize"): it treats all directions alike, so slanted edges show no steps, where the usual row-then-column
/// filters favour the two axes. It costs about 33 weights for each input pixel.
[[nodiscard]] Image resize(const Image& picture, int width);

}  // namespace imaging
