#pragma once

#include <mpyx/session.hpp>

#include <cstddef>

#include "channel/waiter.hpp"

namespace mpyx_test {

/// A session of this process alone, as long as the test lasts.
class SessionHere {
 private:
  int argc_ = 1;
  char name_[5] = "test";
  char* arguments_[2] = {name_, nullptr};
  char** argv_ = arguments_;
  mpyx::Session session_{argc_, argv_};
};

/// In the host's shared memory.
inline std::size_t used_blocks() { return mpyx::channel::process_domain()->arena.used_blocks(); }

}  // namespace mpyx_test
