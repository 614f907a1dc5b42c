#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/waits.hpp"

namespace mpyx::coordinator {

/// Those that wait for nobody but each other, for at least `stall_ns`: none of them can ever go on. Ascending.
/// Everybody who waits is suspected; whoever could still be helped by somebody outside the suspects is let go, until nobody
/// is. O(waits x what they wait for).
std::vector<int> stuck(const std::vector<Wait>& waits, std::int64_t stall_ns);

/// A circle among those who are stuck: each waits for the next, the last for the first. Empty when there is none.
std::vector<int> circle(const std::vector<Wait>& waits, const std::vector<int>& stuck);

/// Who waits for whom, in lines; the circle first.
std::string explain_stall(const std::vector<Wait>& waits, const std::vector<int>& stuck, std::int64_t stall_ns);

}  // namespace mpyx::coordinator
