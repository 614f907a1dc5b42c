#include "runtime/node_context.hpp"

#include <mpyx/error.hpp>

#include <algorithm>

#include "base/clock.hpp"
#include "base/demangle.hpp"

namespace mpyx::runtime {

NodeContext::NodeContext(channel::Domain& domain, RunBlock& run, Place place, LineSink& lines)
    : domain_{&domain}, run_{&run}, block_{&run.node(place.node)}, place_{std::move(place)}, lines_{&lines} {}

void NodeContext::connect(std::vector<channel::OutPort> outputs, std::vector<Xcut> xcuts) {
  outputs_ = std::make_unique<NodeOutlet>(*domain_, *this, std::move(outputs), !place_.order_out.gates.empty(),
                                          place_.needs_all);
  outlet = outputs_.get();
  xcuts_ = std::move(xcuts);
}

bool NodeContext::may_not_put(const NodeOutlet& way) const noexcept {
  return must_end() || (winds_up_ && &way == outputs_.get() && way.abandoned());
}

void NodeContext::enter(Phase phase, memory::Offset at) noexcept {
  Activity& activity = block_->activity;
  if (activity.is(phase, at)) return;  // the wait goes on
  const bool was_blocked = activity.now_doing() == Phase::blocked;
  const std::int64_t spent = activity.enter(phase, at, now_ns());
  if (was_blocked && spent > block_->longest_blocked_ns.load(std::memory_order_relaxed))
    block_->longest_blocked_ns.store(spent, std::memory_order_relaxed);
}

void NodeContext::wait_begins(memory::Offset at, bool for_room) noexcept {
  before_wait_ = phase();
  enter(for_room ? Phase::blocked : Phase::starving, at);
}

void NodeContext::sleep(std::chrono::nanoseconds duration) {
  constexpr std::int64_t longest = memory::no_deadline / 4;  // far away, and nothing overflows
  const std::int64_t deadline = now_ns() + std::clamp<std::int64_t>(duration.count(), 0, longest);
  memory::park(block_->cell, deadline, [this] { return stopped(); });
}

void NodeContext::print(std::string_view line) {
  if (run_stopped()) throw Stopped{};
  lines_->print(line, [this] { return run_stopped(); });
}

detail::Outlet& NodeContext::xcut(std::string_view name, const std::type_info& type) {
  const auto found = std::find_if(xcuts_.begin(), xcuts_.end(), [&](const Xcut& xcut) { return xcut.name == name; });
  if (found == xcuts_.end()) {
    std::string there;
    for (const auto& each : xcuts_) {
      const std::string quoted = "'" + each.name + "'";
      if (there.find(quoted) == there.npos) there += (there.empty() ? "" : ", ") + quoted;
    }
    throw Error{"there is no xcut '" + std::string{name} + "' here; " +
                (there.empty() ? "no xcut is attached" : "there is " + there)};
  }
  if (found->type != type.name()) {
    throw Error{"the xcut '" + found->name + "' takes " + base::demangled(found->type.c_str()) + ", not " +
                base::demangled(type.name())};
  }
  return *found->outlet;
}

void NodeContext::set_tags(std::uint64_t tag) {
  std::fill(place_.order_out.tags.begin(), place_.order_out.tags.end(), tag);
}

void NodeContext::set_tags(std::span<const std::uint64_t> item) {
  auto& out = place_.order_out.tags;
  std::copy_n(item.begin(), std::min(item.size(), out.size()), out.begin());
}

void NodeContext::item_done(std::span<const std::uint64_t> item) {
  const auto& gates = place_.order_in.gates;
  for (std::size_t i = 0; i < std::min(item.size(), gates.size()); ++i) gates[i]->done(*domain_, item[i]);
}

void NodeContext::hold(bool hold) {
  holding_ = hold;
  outputs_->hold(hold);
  for (auto& xcut : xcuts_) xcut.outlet->hold(hold);
}

void NodeContext::commit_held() {
  outputs_->commit_held();
  for (auto& xcut : xcuts_) xcut.outlet->commit_held();
}

void NodeContext::drop_held() noexcept {
  outputs_->drop_held();
  for (auto& xcut : xcuts_) xcut.outlet->drop_held();
}

void NodeContext::close_outputs() {
  outputs_->close();
  for (auto& xcut : xcuts_) xcut.outlet->close();
}

}  // namespace mpyx::runtime
