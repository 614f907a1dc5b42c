#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/usage.hpp"

/// What a watch prints: plain lines of at most 80 columns, each beginning with "# " so that a filter can tell them from the
/// program's own. Pure functions.
namespace mpyx::coordinator {

/// At most four characters: 0 to 9999, then 10k, 999k, 1.2M and so on.
std::string short_count(std::uint64_t count);
/// At most five characters: 0, 0.25, 9.99, 99.9, 999, 1.00k, 99.9k and so on.
std::string short_rate(double per_second);
/// At most six characters: 0, 12ms, 3.4s, 12m34s, 12h34m, 123d.
std::string short_time(std::int64_t ns);

/// "98", or "95/98/99": smallest, median and largest of the replicas.
std::string spread_text(const Spread& spread, int replicas);

/// What happened since the last table. `title`: such as "pipeline 1, 3.0 s".
std::string watch_table(std::string_view title, const std::vector<StageUsage>& stages);
/// What happened since the start, for the end.
std::string summary_table(std::string_view title, const std::vector<StageUsage>& stages);

/// Text as lines of at most 80 columns, broken between words.
std::string remark(std::string_view text);

}  // namespace mpyx::coordinator
