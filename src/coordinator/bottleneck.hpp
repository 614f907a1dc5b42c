#pragma once

#include <string>
#include <vector>

#include "coordinator/usage.hpp"

namespace mpyx::coordinator {

/// Names what holds the others up, and says what would help, in stage counts:
/// "resize is 98% busy: 4 more would match enhance; watermark needs 1 of its 2".
/// Empty when nothing ran.
///
/// Reasons: while resize (n replicas, busy share u) holds the pipeline up, stage x with share v could do 1/v times as much. So
/// n u/v of resize would do as much as x can; and a farm of m with share w does then w m/v replicas' work.
std::string bottleneck(const std::vector<StageUsage>& stages);

}  // namespace mpyx::coordinator
