#include "runtime/run_block.hpp"

namespace mpyx::runtime {

void RunBlock::end(Ending ending_wanted) {
  auto wanted = static_cast<std::uint32_t>(ending_wanted);
  std::uint32_t now = ending.load(std::memory_order_relaxed);
  while (now < wanted &&
         !ending.compare_exchange_weak(now, wanted, std::memory_order_release, std::memory_order_relaxed)) {
  }
  for (std::uint32_t i = 0; i < nodes; ++i) memory::interrupt(node(i).cell);
  memory::interrupt(outlet);
}

void RunBlock::stop_node(std::int32_t id) {
  auto& stopped = node(static_cast<std::uint32_t>(id));
  stopped.stopping.store(1, std::memory_order_release);
  memory::interrupt(stopped.cell);
}

}  // namespace mpyx::runtime
