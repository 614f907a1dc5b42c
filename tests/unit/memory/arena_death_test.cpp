// What a process leaves behind that dies in the middle of the arena's work, and how sweep() repairs it.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>
#include <vector>

#include "arena_check.hpp"
#include "child_process.hpp"
#include "sizes.hpp"

namespace mpyx::memory {
namespace {

class ArenaDeath : public ::testing::Test {
 protected:
  ArenaDeath() : segment_(Segment::create(256 * k_mib)), arena_(make()), victim_(segment_, k_dead) {}

  Arena make() {
    Arena::format(segment_);
    return Arena(segment_, k_survivor);
  }

  Segment segment_;
  Arena arena_;
  Arena victim_;
};

TEST_F(ArenaDeath, AnotherProcessFreesTheBlock) {
  std::atomic<Offset>& handed_over = segment_.header().root;
  ChildProcess child([&] {
    const Offset block = victim_.allocate(100'000, {k_dead, 0});
    segment_.at<char>(block)[99'999] = 'x';
    handed_over.store(block);
    return 0;
  });
  ASSERT_EQ(child.wait(), 0);
  EXPECT_EQ(arena_.used_blocks(), 1u);
  EXPECT_EQ(segment_.at<char>(handed_over.load())[99'999], 'x');
  EXPECT_TRUE(arena_.release(handed_over.load()));
  EXPECT_EQ(arena_.used_blocks(), 0u);
}

TEST_F(ArenaDeath, SweepFreesWhatTheDeadOwnedAndNothingElse) {
  for (const std::size_t size : {std::size_t{50}, k_mib}) {
    const Offset mine = arena_.allocate(size, {k_survivor, 0});
    const Offset given = victim_.allocate(size, {k_dead, 0});
    arena_.set_owner(given, {k_survivor, 0});
    for (int i = 0; i < 20; ++i) static_cast<void>(victim_.allocate(size, {k_dead, 0}));
    EXPECT_EQ(arena_.sweep(k_dead), 20u);
    EXPECT_EQ(arena_.used_blocks(), 2u);
    EXPECT_EQ(inconsistency(segment_), "");
    EXPECT_EQ(arena_.sweep(k_dead), 0u);
    EXPECT_TRUE(arena_.release(mine));
    EXPECT_TRUE(arena_.release(given));
  }
}

TEST_F(ArenaDeath, SurvivorsKeepSharedBlocksUnlessToldOtherwise) {
  for (const std::size_t size : {std::size_t{50}, k_mib}) {
    const Offset kept = victim_.allocate(size, {k_dead, 0});
    arena_.retain(kept);
    EXPECT_EQ(arena_.sweep(k_dead), 0u);
    EXPECT_EQ(arena_.sweep(k_dead), 0u);
    EXPECT_EQ(arena_.references(kept), 1u);
    EXPECT_TRUE(arena_.release(kept));
    const Offset freed = victim_.allocate(size, {k_dead, 0});
    arena_.retain(freed);
    EXPECT_EQ(arena_.sweep(k_dead, SharedBlocks::free), 1u);
    EXPECT_EQ(arena_.used_blocks(), 0u);
    EXPECT_FALSE(arena_.release(freed)) << "a late release after a sweep is ignored";
    EXPECT_EQ(inconsistency(segment_), "");
  }
}

TEST_F(ArenaDeath, TheLockOfTheDeadIsTaken) {
  ChildProcess child([&] {
    state_of(segment_).lock.lock(k_dead);
    return 0;
  });
  ASSERT_EQ(child.wait(), 0);
  std::thread waiter([&] { EXPECT_TRUE(arena_.release(arena_.allocate(k_mib, {k_survivor, 0}))); });
  EXPECT_EQ(arena_.sweep(k_dead), 0u);
  waiter.join();
  EXPECT_EQ(inconsistency(segment_), "");
}

TEST_F(ArenaDeath, SpansTakenForABlockThatNeverCameToBeAreFound) {
  {
    const RobustLockGuard guard(state_of(segment_).lock, k_dead);
    SpanHeap heap(segment_, state_of(segment_));
    ASSERT_TRUE(heap.take_run_locked(100));
  }
  EXPECT_NE(inconsistency(segment_), "");
  arena_.sweep(k_dead);
  EXPECT_EQ(inconsistency(segment_), "");
}

TEST_F(ArenaDeath, ALargeBlockGivenUpButNotFreedIsFound) {
  const Offset block = arena_.allocate(k_mib, {k_survivor, 0});
  SpanHeap heap(segment_, state_of(segment_));
  heap.entry(heap.span_of(block)).block.count_owner.fetch_sub(1);
  arena_.sweep(k_dead);
  EXPECT_EQ(inconsistency(segment_), "");
  EXPECT_EQ(arena_.allocate(k_mib, {k_survivor, 0}), block);
}

TEST_F(ArenaDeath, LostHintsOfSmallBlocksAreFound) {
  const Offset block = arena_.allocate(100, {k_survivor, 0});
  segment_.at<BlockHead>(block - sizeof(BlockHead))->count_owner.fetch_sub(1);  // given up, bit not yet set
  const SpanHeap heap(segment_, state_of(segment_));
  segment_.at<std::atomic<std::uint64_t>>(heap.offset(0))[1] = 0;  // bits taken, heads not yet
  heap.open_word(class_of(100), 0) = 0;
  EXPECT_NE(inconsistency(segment_), "");
  arena_.sweep(k_dead);
  EXPECT_EQ(inconsistency(segment_), "");
  EXPECT_EQ(arena_.used_blocks(), 0u);
}

TEST_F(ArenaDeath, AHintForABlockInUseDoesNoHarm) {
  const Offset block = arena_.allocate(32'000, {k_survivor, 0});
  SmallBlocks(SpanHeap(segment_, state_of(segment_))).freed(block);  // the bit only
  const Offset second = arena_.allocate(32'000, {k_survivor, 0});
  const Offset third = arena_.allocate(32'000, {k_survivor, 0});
  EXPECT_NE(second, block);
  EXPECT_NE(third, block);
}

/// Allocates and frees at random until it is killed.
[[noreturn]] void work_until_killed(Arena& arena, Segment& segment, std::uint64_t seed) {
  std::minstd_rand random(seed);
  std::vector<Offset> held;
  for (;;) {
    if (held.size() < 40 && random() % 2 == 0) {
      const std::size_t size = random() % 4 == 0 ? 20'000 + random() % 400'000 : random() % 3000;
      held.push_back(arena.allocate(size, {k_dead, 0}));
      if (size > 0) segment.at<char>(held.back())[size - 1] = 'x';
    } else if (!held.empty()) {
      std::swap(held[random() % held.size()], held.back());
      arena.release(held.back());
      held.pop_back();
    }
  }
}

TEST_F(ArenaDeath, KilledAtRandomMomentsLeavesOnlyTheSurvivorsBlocks) {
  std::minstd_rand random(static_cast<unsigned>(::getpid()));
  std::vector<Offset> mine;
  for (unsigned round = 0; round < 30; ++round) {
    ChildProcess child([&]() -> int { work_until_killed(victim_, segment_, random() + round); });
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(200 + random() % 3000);
    while (std::chrono::steady_clock::now() < end) {  // works beside the victim, so that it is killed amid contention
      mine.push_back(arena_.allocate(random() % 2 == 0 ? 200 : 100'000, {k_survivor, 0}));
      if (mine.size() > 100) {
        EXPECT_TRUE(arena_.release(mine[mine.size() / 2]));
        mine.erase(mine.begin() + static_cast<std::ptrdiff_t>(mine.size() / 2));
      }
      std::this_thread::yield();
    }
    child.kill();
    arena_.sweep(k_dead);
    ASSERT_EQ(arena_.used_blocks(), mine.size());
    ASSERT_EQ(inconsistency(segment_), "");
  }
  for (const Offset block : mine) EXPECT_TRUE(arena_.release(block));
  EXPECT_EQ(arena_.used_blocks(), 0u);
}

TEST_F(ArenaDeath, SweepWorksWhileSurvivorsGoOn) {
  std::minstd_rand random(static_cast<unsigned>(::getpid()));
  const Arena other(segment_, 3);
  for (unsigned round = 0; round < 10; ++round) {
    ChildProcess victim([&]() -> int { work_until_killed(victim_, segment_, random() + round); });
    std::atomic<std::uint32_t>& stop = *segment_.at<std::atomic<std::uint32_t>>(3000);
    stop = 0;
    ChildProcess survivor([&] {
      Arena arena = other;
      for (int i = 0; i < 100 || stop == 0; ++i) {
        const Offset small = arena.allocate(200, {3, 0});
        const Offset large = arena.allocate(100'000, {3, 0});
        if (arena.references(small) != 1 || !arena.release(small) || !arena.release(large)) return 1;
      }
      return 0;
    });
    std::this_thread::sleep_for(std::chrono::microseconds(500 + random() % 2000));  // chance, not synchronisation
    victim.kill();
    arena_.sweep(k_dead);
    stop = 1;
    EXPECT_EQ(survivor.wait(), 0);
    ASSERT_EQ(arena_.used_blocks(), 0u);
    ASSERT_EQ(inconsistency(segment_), "");
  }
}

}  // namespace
}  // namespace mpyx::memory
