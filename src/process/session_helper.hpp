#pragma once

#include "process/helper.hpp"

namespace mpyx::process {

/// The helper process of this process's session; null outside one. Set and cleared by the session.
void set_session_helper(Helper* helper);
Helper* session_helper();

}  // namespace mpyx::process
