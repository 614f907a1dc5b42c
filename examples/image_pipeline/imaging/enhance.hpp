#pragma once

#include "imaging/image.hpp"

namespace imaging {

/// Automatic contrast, local contrast and sharpening.
///
/// Levels: brightness is stretched so that 0.4 % of the pixels become black and white each, by a bounded factor and
/// the same for all colours, so that no cast appears. Then the brightness' difference to a wide and to a narrow
/// Gaussian blur of it is added (unsharp mask), with a threshold below which noise is left alone. Alpha is kept.
[[nodiscard]] Image enhance(Image picture);

}  // namespace imaging
