#include "channel/gate.hpp"

#include <algorithm>
#include <new>

namespace mpyx::channel {

memory::Offset Gate::create(Domain& domain, std::uint64_t window, memory::Offset entry_cell, memory::Offset exit_cell) {
  const std::size_t bytes = std::max<std::size_t>(sizeof(Gate) + window * sizeof(std::int64_t), 4096);
  const memory::Offset offset = domain.arena.allocate(bytes, memory::Owner{domain.process, 0});
  auto* memory = domain.at<std::byte>(offset);
  std::fill_n(memory, bytes, std::byte{0});
  auto* gate = new (memory) Gate{};
  gate->window = window;
  gate->most_bytes = std::min<std::uint64_t>(default_most_bytes, domain.segment.limit() / 8);
  gate->entry_cell = entry_cell;
  gate->exit_cell = exit_cell;
  return offset;
}

memory::Offset Gate::create_branch(Domain& domain, std::uint64_t window, memory::Offset courier) {
  const memory::Offset offset = create(domain, window, courier, courier);
  domain.at<Gate>(offset)->branch = 1;
  return offset;
}

std::uint64_t Gate::enter() {
  const std::uint64_t tag = entered.load(std::memory_order_relaxed);
  counter(tag).fetch_add(1, std::memory_order_relaxed);  // to zero, but for strays of an input that is over
  entered.store(tag + 1, std::memory_order_release);     // partner: complete(), which then sees the one
  return tag;
}

void Gate::done(Domain& domain, std::uint64_t tag) {
  // acq_rel: what this thread published for `tag` happens before the exit finds the counter zero
  if (tag >= tag_first || counter(tag).fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (branch != 0) zeroed.fetch_or(std::uint64_t{1} << slot(tag) / group_size(), std::memory_order_release);
  memory::light_fence();
  memory::wake(*domain.at<memory::WaitCell>(exit_cell));
}

void Gate::give_on(Domain& domain, std::uint64_t bytes) {
  if (bytes == 0) return;
  const std::uint64_t before = kept_bytes.fetch_sub(bytes, std::memory_order_relaxed);
  if (before < most_bytes || before - bytes >= most_bytes) return;
  memory::light_fence();
  memory::wake(*domain.at<memory::WaitCell>(entry_cell));
}

void Gate::release(Domain& domain) {
  released.fetch_add(1, std::memory_order_release);
  memory::light_fence();
  memory::wake(*domain.at<memory::WaitCell>(entry_cell));
}

}  // namespace mpyx::channel
