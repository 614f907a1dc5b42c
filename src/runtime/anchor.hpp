#pragma once

#include <mpyx/detail/stage_type.hpp>

#include "process/module.hpp"

namespace mpyx::runtime {

/// The stage type that registered itself at this place of this module. Throws Error when there is none: the place comes
/// from another process and is not trusted.
const detail::StageType* find_stage_type(process::CodeAddress address);

}  // namespace mpyx::runtime
