#include "transport/gate_account.hpp"

#include <algorithm>
#include <utility>

namespace mpyx::transport {

namespace {

constexpr std::uint64_t much = std::uint64_t{1} << 44;    // that home lends at a time
constexpr std::uint64_t little = std::uint64_t{1} << 16;  // the same while it has lent most of it
constexpr std::uint64_t most = std::uint64_t{1} << 62;
constexpr int part_bits = 6;  // a 64th of what is held leaves with an item
constexpr std::uint64_t low = 256;

}  // namespace

GateAccount::GateAccount(channel::Domain& domain, memory::Offset gate, int home, int here)
    : domain_{&domain}, gate_{domain.at<channel::Gate>(gate)}, home_{home}, here_{here}, slots_(gate_->window) {}

bool GateAccount::may_leave(std::uint64_t tag) {
  if (tag >= channel::tag_first || is_home()) return true;
  Slot& held = slot(tag);
  if (held.tag != tag || held.weight == 0) return true;  // a stray
  if (held.weight < low && !std::exchange(held.asked, true)) asks_.push_back({tag, 0});
  return held.weight > 1 || gate_->count(tag) == 1;
}

std::uint64_t GateAccount::leave(std::uint64_t tag) {
  if (tag >= channel::tag_first) return 0;
  Slot& mine = slot(tag);
  std::uint64_t weight = 0;
  if (is_home()) {
    if (tag >= gate_->released.load(std::memory_order_relaxed)) weight = lend(mine, tag);
  } else if (mine.tag == tag && mine.weight != 0) {
    // A count of one is this item's: nobody else here can add to it, so all the weight may go along.
    weight = gate_->count(tag) == 1 ? mine.weight : std::max<std::uint64_t>(mine.weight >> part_bits, 1);
    mine.weight -= weight;
  }
  gate_->done(*domain_, tag);
  return weight;
}

std::uint64_t GateAccount::lend(Slot& lent, std::uint64_t tag) {
  if (lent.weight == 0) {
    lent.tag = tag;
    gate_->add(tag);
  }
  const std::uint64_t weight = lent.weight < most ? much : little;
  lent.weight += weight;
  return weight;
}

bool GateAccount::arrive(std::uint64_t tag, std::uint64_t weight) {
  if (tag >= channel::tag_first) return true;
  gate_->add(tag);
  if (weight == 0) return true;  // a stray
  Slot& mine = slot(tag);
  if (is_home()) return come_home(mine, {tag, weight});
  if (mine.weight == 0) mine = {tag, 0, false};
  mine.weight += weight;
  return mine.tag == tag;
}

bool GateAccount::come_home(Slot& lent, const Weight& came) {
  if (came.weight == 0 || lent.tag != came.tag || came.weight > lent.weight) return false;
  lent.weight -= came.weight;
  if (lent.weight == 0) gate_->done(*domain_, came.tag);
  return true;
}

bool GateAccount::weight_came(const Weight& came) {
  if (came.tag >= channel::tag_first) return false;
  Slot& mine = slot(came.tag);
  if (is_home()) {
    if (came.weight != 0) return come_home(mine, came);
    // Nothing lent: who asked has passed all of it on meanwhile, and that was faster.
    if (mine.weight != 0 && mine.tag == came.tag) answer_ = Weight{came.tag, lend(mine, came.tag)};
    return true;
  }
  if (mine.tag != came.tag || came.weight == 0) return false;
  mine.asked = false;
  mine.weight += came.weight;
  look_at_ |= std::uint64_t{1} << gate_->slot(came.tag) / gate_->group_size();
  return true;
}

std::vector<Weight> GateAccount::take_news() {
  std::vector<Weight> news = std::exchange(asks_, {});
  // acquire, partner: Gate::done(); a counter that comes to zero later sets its bit again
  std::uint64_t groups = std::exchange(look_at_, 0) | gate_->zeroed.exchange(0, std::memory_order_acq_rel);
  for (std::uint64_t group = 0; groups != 0; ++group, groups >>= 1) {
    if ((groups & 1) == 0) continue;
    for (std::uint64_t i = group * gate_->group_size(); i < (group + 1) * gate_->group_size(); ++i) {
      if (slots_[i].weight == 0 || gate_->count(i) != 0) continue;
      news.push_back({slots_[i].tag, std::exchange(slots_[i].weight, 0)});
    }
  }
  return news;
}

}  // namespace mpyx::transport
