#pragma once

#include <string>

#include "runtime/directory.hpp"

namespace mpyx::runtime {

/// The life of a rank that does not coordinate: takes commands from its mailbox until the session is over. Uses no CPU
/// while there is nothing to do. `number`: of this rank on its host. Returns the exit status.
int serve(channel::Domain& domain, HostDirectory& directory, int rank, std::uint32_t number, const std::string& host);

}  // namespace mpyx::runtime
