// A run for which the coordinator finds no thread is refused, and the session ends all the same.
// run: 1 3    compare: exact
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <system_error>
#include <thread>

#include "unit/memory/refuse_system_call.hpp"

namespace {

/// On a thread of its own: what is refused is refused to the calling thread for good.
void start_without_threads() {
  auto pipeline = mpyx::EZ(
      mpyx::Const(1), [](int x) { return x; }, [](int) {});
  const bool refused = mpyx::memory::refuse_system_call(SYS_clone3) && mpyx::memory::refuse_system_call(SYS_clone);
  for (int i = 0; i < 2; ++i) {
    try {
      if (!refused) throw std::system_error{std::make_error_code(std::errc::operation_not_permitted)};
      pipeline.start();
    } catch (const std::system_error& error) {
      std::cout << "no thread, started: " << pipeline.started() << '\n';
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  std::thread{start_without_threads}.join();
}
