#include "hosts_rig.hpp"

#include <algorithm>

#include "memory/fences.hpp"

namespace mpyx::transport {

memory::Segment TestHost::make_segment(std::size_t bytes) {
  auto segment = memory::Segment::create(bytes);
  memory::Arena::format(segment);
  static std::once_flag once;  // all threads of a process use the same kind of fence
  std::call_once(once, [&] { memory::fences_decide(segment); });
  return segment;
}

TestHost::TestHost(Link& link, Sizes sizes)
    : number_{link.host()},
      hosts_{link.hosts()},
      domain_{make_segment(sizes.segment), 0},
      blocks_before_{domain_.arena.used_blocks()},
      cells_{domain_.arena.allocate(std::max<std::size_t>(sizes.cells * sizeof(memory::WaitCell), 4096), {})},
      blocks_at_rest_{domain_.arena.used_blocks()},
      heard_(static_cast<std::size_t>(hosts_)) {
  std::memset(domain_.at<std::byte>(cells_), 0, sizes.cells * sizeof(memory::WaitCell));
  Courier::Callbacks callbacks;
  callbacks.control = [this](int from, std::span<const std::byte> message) { heard(from, message); };
  callbacks.lost = [this](int host, const std::string& why) {
    if (!expects_loss) ADD_FAILURE() << "host " << number_ << " lost host " << host << ": " << why;
    const std::lock_guard lock{mutex_};
    lost_.push_back(host);
    changed_.notify_all();
  };
  callbacks.failed = [this](ChannelKey, const std::string& why) {
    const std::lock_guard lock{mutex_};
    failures_.push_back(why);
  };
  courier_ = std::make_unique<Courier>(domain_, *domain_.at<memory::WaitCell>(cells_), link, std::move(callbacks),
                                       sizes.options);
}

TestHost::~TestHost() {
  courier_.reset();
  domain_.arena.release(cells_);
  EXPECT_EQ(domain_.arena.used_blocks(), blocks_before_) << "on host " << number_;
}

void TestHost::heard(int from, std::span<const std::byte> message) {
  const std::lock_guard lock{mutex_};
  heard_[static_cast<std::size_t>(from)].emplace_back(message.begin(), message.end());
  changed_.notify_all();
}

std::vector<std::vector<std::byte>> TestHost::exchange(std::span<const std::byte> mine) {
  std::vector<std::vector<std::byte>> all(static_cast<std::size_t>(hosts_));
  for (int host = 0; host < hosts_; ++host) {
    if (host != number_) courier_->control(host, {mine.begin(), mine.end()});
  }
  std::unique_lock lock{mutex_};
  for (int host = 0; host < hosts_; ++host) {
    auto& from = heard_[static_cast<std::size_t>(host)];
    auto& to = all[static_cast<std::size_t>(host)];
    if (host == number_) {
      to.assign(mine.begin(), mine.end());
      continue;
    }
    changed_.wait(lock, [&] { return !from.empty(); });
    to = std::move(from.front());
    from.pop_front();
  }
  return all;
}

int TestHost::lost_host() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return !lost_.empty(); });
  return lost_.front();
}

std::vector<std::string> TestHost::failures() {
  const std::lock_guard lock{mutex_};
  return failures_;
}

ChannelPart::ChannelPart(TestHost& host, const Plan& plan) : host_{&host}, plan_{plan} {
  const auto total = [](const std::vector<std::uint32_t>& numbers) {
    return std::count_if(numbers.begin(), numbers.end(), [](std::uint32_t n) { return n != 0; });
  };
  if (producers() == 0 && consumers() == 0) return;
  const bool returns = producers() != 0 && total(plan.consumers) > 1;
  channel::Inbox::Shape shape;
  for (std::uint32_t i = 0; i < producers(); ++i) shape.producers.push_back(host.new_cell());
  for (std::uint32_t i = 0; i < consumers(); ++i) shape.consumers.push_back(host.new_cell());
  std::vector<int> from, to;
  for (int other = 0; other < host.hosts(); ++other) {
    const auto h = static_cast<std::size_t>(other);
    if (other == host.number()) continue;
    if (plan.producers[h] != 0 && consumers() != 0) from.push_back(other);
    if (plan.consumers[h] != 0 && producers() != 0) to.push_back(other);
  }
  shape.producers.resize(shape.producers.size() + from.size() + (returns ? 1 : 0), host.courier_cell());
  shape.consumers.resize(shape.consumers.size() + to.size(), host.courier_cell());
  shape.lane = ring::LaneShape::fitting(plan.items, plan.slot, static_cast<std::uint32_t>(shape.consumers.size()));
  shape.lane.limit_bytes = plan.bytes;
  inbox_ = channel::Inbox::create(host.domain(), shape, {});
  const std::uint32_t own = producers() + (returns ? 1 : 0);
  if (!plan.gates.empty()) host.courier().attach_item_gates(plan.key, inbox_, own, plan.gates);
  for (std::uint32_t i = 0; i < from.size(); ++i)
    host.courier().attach_receiver(plan.key, from[i], inbox_, own + i, plan.limits);
  for (std::uint32_t i = 0; i < to.size(); ++i)
    host.courier().attach_sender(plan.key, to[i], inbox_, consumers() + i,
                                 plan.consumers[static_cast<std::size_t>(to[i])]);
  if (returns) host.courier().attach_returns(plan.key, inbox_, producers());
}

void ChannelPart::detach() {
  if (!std::exchange(detached_, true)) host_->courier().detach(plan_.key.run);
}

ChannelPart::~ChannelPart() {
  detach();
  if (exists()) channel::Inbox::destroy(host_->domain(), inbox_);
}

}  // namespace mpyx::transport
