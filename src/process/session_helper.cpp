#include "process/session_helper.hpp"

#include <atomic>

namespace mpyx::process {

namespace {
std::atomic<Helper*> current{nullptr};
}

void set_session_helper(Helper* helper) { current.store(helper, std::memory_order_release); }
Helper* session_helper() { return current.load(std::memory_order_acquire); }

}  // namespace mpyx::process
