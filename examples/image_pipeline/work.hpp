#pragma once

#include "imaging/image.hpp"

#include <optional>
#include <string>

namespace image_pipeline {

/// Reads a picture; what is none, or is damaged, is reported on stderr by name and dropped.
[[nodiscard]] std::optional<imaging::Image> imread(const std::string& file);

}  // namespace image_pipeline
