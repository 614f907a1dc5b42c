#include "channel/gate.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "memory/fences.hpp"

namespace mpyx::channel {
namespace {

using memory::WaitCell;

class GateByBytes : public testing::Test {
 protected:
  GateByBytes() : domain_{make_segment(), 0} {
    memory::fences_decide(domain_.segment);
    const memory::Offset cells = domain_.arena.allocate(4096, {});
    std::fill_n(domain_.at<std::byte>(cells), 4096, std::byte{0});
    entry_ = domain_.at<WaitCell>(cells);
    gate_ = domain_.at<Gate>(Gate::create(domain_, 64, cells, cells + 64));
  }
  bool wakes_entry(std::uint64_t given_on) {
    entry_->state = WaitCell::k_sleeping;
    gate_->give_on(domain_, given_on);
    return entry_->state.exchange(WaitCell::k_awake) == WaitCell::k_notified;
  }

  static memory::Segment make_segment() {
    auto segment = memory::Segment::create(std::size_t{1} << 24);
    memory::Arena::format(segment);
    return segment;
  }
  Domain domain_;
  WaitCell* entry_ = nullptr;
  Gate* gate_ = nullptr;
};

TEST_F(GateByBytes, AreBoundedByTheSegment) { EXPECT_EQ(gate_->most_bytes, std::uint64_t{1} << 21); }

TEST_F(GateByBytes, LetsNothingInWhileTheExitKeepsTooMuch) {
  gate_->enter();
  gate_->keep(gate_->most_bytes - 1);
  EXPECT_TRUE(gate_->has_room());
  gate_->keep(1);
  EXPECT_FALSE(gate_->has_room());
  gate_->give_on(domain_, 1);
  EXPECT_TRUE(gate_->has_room());
}

TEST_F(GateByBytes, LetsOneInWhateverIsKeptWhenNoInputIsOpen) {
  gate_->keep(10 * gate_->most_bytes);
  EXPECT_TRUE(gate_->has_room());
  gate_->enter();
  EXPECT_FALSE(gate_->has_room());
  gate_->release(domain_);
  EXPECT_TRUE(gate_->has_room());
}

TEST_F(GateByBytes, WakesTheEntryOnceItKeepsLess) {
  gate_->keep(gate_->most_bytes + 100);
  EXPECT_FALSE(wakes_entry(100));
  EXPECT_TRUE(wakes_entry(1));
  EXPECT_FALSE(wakes_entry(1));
}

}  // namespace
}  // namespace mpyx::channel
