#include "channel/wait_table.hpp"

#include <algorithm>
#include <cstring>

namespace mpyx::channel {

std::size_t WaitTable::add(Domain& domain, const Entry& entry) {
  Entry* all = entries(domain);
  const auto free = [](const Entry& each) { return each.cell == memory::null_offset; };
  std::size_t place = static_cast<std::size_t>(std::find_if(all, all + used_, free) - all);
  if (place == places()) {
    grow(domain);
    all = entries(domain);
  }
  all[place] = entry;
  used_ = std::max(used_, static_cast<std::uint32_t>(place) + 1);
  count(entry, 1);
  return place;
}

void WaitTable::remove(const Domain& domain, std::size_t place) {
  Entry* all = entries(domain);
  count(all[place], static_cast<std::uint32_t>(-1));
  all[place] = Entry{};
  while (used_ != 0 && all[used_ - 1].cell == memory::null_offset) --used_;
}

void WaitTable::count(const Entry& entry, std::uint32_t by) {
  waiting_[entry.reason] += by;
  if (entry.endless) endless_[entry.reason] += by;
  if (entry.holder) holders_ += by;
  if (entry.main) mains_ += by;
}

/// Whoever dies in here has either put the larger table in place or not; its block is then lost until the segment goes.
void WaitTable::grow(Domain& domain) {
  const std::size_t wanted = places() * 4;
  const memory::Offset block = domain.arena.allocate(wanted * sizeof(Entry), memory::Owner{memory::k_no_process, 0});
  auto* to = domain.at<Entry>(block);
  std::uninitialized_fill_n(to, wanted, Entry{});
  std::copy_n(entries(domain), used_, to);
  more_places_ = static_cast<std::uint32_t>(wanted);
  const memory::Offset before = more_;
  more_ = block;
  if (before != memory::null_offset) domain.arena.release(before);
}

void WaitTable::wake_one(const Domain& domain, Reason reason) {
  if (waiting_[reason] == 0) return;
  memory::light_fence();
  const Entry* all = entries(domain);
  for (std::size_t i = 0; i < used_; ++i) {
    if (all[i].cell != memory::null_offset && all[i].reason == reason &&
        memory::wake(*domain.at<memory::WaitCell>(all[i].cell)))
      return;
  }
}

void WaitTable::wake_all(const Domain& domain, Reason reason) {
  if (waiting_[reason] == 0) return;
  memory::light_fence();
  const Entry* all = entries(domain);
  for (std::size_t i = 0; i < used_; ++i) {
    if (all[i].cell != memory::null_offset && all[i].reason == reason)
      memory::wake(*domain.at<memory::WaitCell>(all[i].cell));
  }
}

void WaitTable::release_all(const Domain& domain, Reason reason) {
  Entry* all = entries(domain);
  for (std::size_t i = 0; i < used_; ++i) {
    Entry& entry = all[i];
    if (entry.cell == memory::null_offset || entry.reason != reason || !entry.endless) continue;
    count(entry, static_cast<std::uint32_t>(-1));
    entry.endless = entry.holder = entry.main = false;
    count(entry, 1);
  }
  wake_all(domain, reason);
}

void WaitTable::wake_everybody(const Domain& domain) {
  for (std::size_t reason = 0; reason < reasons; ++reason) wake_all(domain, static_cast<Reason>(reason));
}

void WaitTable::repair(Domain& domain, std::uint16_t dead) {
  // Counted anew: the dead one may have been between two of these stores.
  std::fill(waiting_.begin(), waiting_.end(), 0);
  std::fill(endless_.begin(), endless_.end(), 0);
  holders_ = mains_ = 0;
  used_ = static_cast<std::uint32_t>(places());
  Entry* all = entries(domain);
  for (std::size_t i = 0; i < used_; ++i) {
    if (all[i].process == dead) all[i] = Entry{};
    if (all[i].cell == memory::null_offset) continue;
    count(all[i], 1);
    memory::rescue(*domain.at<memory::WaitCell>(all[i].cell));
  }
}

void WaitTable::destroy(Domain& domain) {
  if (more_ != memory::null_offset) domain.arena.release(more_);
}

}  // namespace mpyx::channel
