#pragma once

#include <mpyx/session.hpp>

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

}  // namespace mpyx_test
