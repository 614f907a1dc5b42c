#include "memory/arena.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "arena_check.hpp"
#include "sizes.hpp"

namespace mpyx::memory {
namespace {

constexpr Owner k_me{1, 7};

class ArenaTest : public ::testing::Test {
 protected:
  explicit ArenaTest(std::size_t limit = 64 * k_mib) : segment_(Segment::create(limit)), arena_(make()) {}
  ~ArenaTest() override { EXPECT_EQ(inconsistency(segment_), ""); }

  Arena make() {
    Arena::format(segment_);
    return Arena(segment_, 1);
  }

  Segment segment_;
  Arena arena_;
};

class SmallArenaTest : public ArenaTest {
 protected:
  SmallArenaTest() : ArenaTest(4 * k_mib) {}
};

TEST_F(ArenaTest, StartsEmpty) {
  EXPECT_EQ(arena_.used_blocks(), 0u);
  EXPECT_EQ(arena_.used_bytes(), 0u);
  EXPECT_EQ(arena_.committed_bytes(), 0u);
}

TEST_F(ArenaTest, BlocksOfAllSizesAreAlignedDisjointAndRememberTheirSize) {
  std::vector<Offset> blocks;
  std::vector<std::size_t> sizes;
  for (std::size_t size = 0; size < 300 * k_kib; size += size / 7 + 1) sizes.push_back(size);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    blocks.push_back(arena_.allocate(sizes[i], k_me));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(segment_.at<char>(blocks[i])) % (sizes[i] >= 4096 ? 64 : 16), 0u);
    std::memset(segment_.at<char>(blocks[i]), static_cast<int>(i), sizes[i]);
  }
  std::size_t sum = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    EXPECT_EQ(arena_.size_of(blocks[i]), sizes[i]);
    const std::string expected(sizes[i], static_cast<char>(i));
    EXPECT_EQ(std::memcmp(segment_.at<char>(blocks[i]), expected.data(), sizes[i]), 0) << sizes[i];
    sum += sizes[i];
  }
  EXPECT_EQ(arena_.used_blocks(), blocks.size());
  EXPECT_EQ(arena_.used_bytes(), sum);
  for (const Offset block : blocks) EXPECT_TRUE(arena_.release(block));
  EXPECT_EQ(arena_.used_blocks(), 0u);
}

TEST_F(ArenaTest, FreesWithTheLastReference) {
  for (const std::size_t size : {10 * k_kib, k_mib}) {
    const Offset block = arena_.allocate(size, k_me);
    EXPECT_EQ(arena_.references(block), 1u);
    arena_.retain(block);
    EXPECT_EQ(arena_.references(block), 2u);
    EXPECT_FALSE(arena_.release(block));
    EXPECT_TRUE(arena_.release(block));
    EXPECT_EQ(arena_.used_blocks(), 0u);
  }
}

TEST_F(ArenaTest, ChangesOwners) {
  for (const std::size_t size : {100 * k_kib, std::size_t{100}}) {
    const Offset block = arena_.allocate(size, k_me);
    arena_.retain(block);
    EXPECT_EQ(arena_.owner_of(block), k_me);
    arena_.set_owner(block, {2, 9});
    EXPECT_EQ(arena_.owner_of(block), (Owner{2, 9}));
    EXPECT_EQ(arena_.references(block), 2u);
    EXPECT_EQ(arena_.size_of(block), size);
    EXPECT_FALSE(arena_.release(block));
    EXPECT_TRUE(arena_.release(block));
  }
}

TEST_F(ArenaTest, UsesFreedMemoryAgain) {
  for (const std::size_t size : {std::size_t{64}, k_kib, k_mib, 6 * k_mib}) {
    const Offset first = arena_.allocate(size, k_me);
    EXPECT_TRUE(arena_.release(first));
    const std::size_t backed = arena_.committed_bytes();
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(arena_.release(arena_.allocate(size, k_me)));
    EXPECT_EQ(arena_.committed_bytes(), backed);
  }
}

TEST_F(ArenaTest, JoinsNeighbouringFreeRunsAndTakesTheLowest) {
  const Offset a = arena_.allocate(k_mib, k_me);
  const Offset b = arena_.allocate(k_mib, k_me);
  const Offset c = arena_.allocate(k_mib, k_me);
  const Offset d = arena_.allocate(k_mib, k_me);
  for (const Offset block : {b, a, c}) EXPECT_TRUE(arena_.release(block));
  const Offset whole = arena_.allocate(3 * k_mib, k_me);
  EXPECT_EQ(whole, a);
  EXPECT_TRUE(arena_.release(whole));
  EXPECT_TRUE(arena_.release(d));
}

TEST_F(SmallArenaTest, NamesTheLargestHoldersWhenThereIsNoRoom) {
  const Offset large = arena_.allocate(2 * k_mib, {3, 17});
  const Offset small = arena_.allocate(1000, {4, 18});
  try {
    static_cast<void>(arena_.allocate(3 * k_mib, k_me));
    FAIL() << "there is no room for this block";
  } catch (const OutOfMemory& error) {
    EXPECT_EQ(std::string(error.what()),
              "no room for 3.0 MiB in the host's shared memory of 4.0 MiB; most is held by process 3 node 17: 2.0 MiB "
              "in 1 block, process 4 node 18: 1000 B in 1 block; give channels a smaller capacity(items, bytes) or the "
              "host more memory");
    EXPECT_EQ(error.asked(), 3 * k_mib);
    EXPECT_EQ(error.limit(), 4 * k_mib);
    ASSERT_EQ(error.holders().size(), 2u);
    EXPECT_EQ(error.holders()[0].owner, (Owner{3, 17}));
  }
  EXPECT_TRUE(arena_.release(large));
  EXPECT_TRUE(arena_.release(small));
  EXPECT_TRUE(arena_.release(arena_.allocate(2 * k_mib, k_me)));
}

TEST_F(SmallArenaTest, SaysThatNothingIsHeldWhenTheBlockCanNeverFit) {
  for (const std::size_t size : {5 * k_mib, ~std::size_t{0}})
    EXPECT_THROW(static_cast<void>(arena_.allocate(size, k_me)), OutOfMemory);
}

TEST(SmallBlocks, FillTheSegmentUpToItsLimitAndComeAllBack) {
  for (const std::size_t size : {std::size_t{16}, std::size_t{1000}}) {
    Segment segment = Segment::create(4 * k_mib);
    Arena::format(segment);
    Arena arena(segment, 1);
    std::vector<Offset> blocks;
    try {
      for (;;) blocks.push_back(arena.allocate(size, k_me));
    } catch (const OutOfMemory&) {
    }
    EXPECT_GT(blocks.size() * size, size == 16 ? k_mib : 3 * k_mib);
    EXPECT_EQ(arena.used_blocks(), blocks.size());
    EXPECT_EQ(inconsistency(segment), "");
    const std::size_t full = blocks.size();
    for (const Offset block : blocks) EXPECT_TRUE(arena.release(block));
    blocks.clear();
    for (std::size_t i = 0; i < full; ++i) blocks.push_back(arena.allocate(size, k_me));
    for (const Offset block : blocks) EXPECT_TRUE(arena.release(block));
    EXPECT_EQ(arena.used_blocks(), 0u);
  }
}

TEST_F(SmallArenaTest, TakesALargerClassWhenNoSpanIsLeft) {
  std::vector<Offset> blocks;
  try {
    for (;;) blocks.push_back(arena_.allocate(1000, k_me));
  } catch (const OutOfMemory&) {
  }
  EXPECT_TRUE(arena_.release(blocks.back()));
  blocks.back() = arena_.allocate(16, k_me);
  EXPECT_EQ(arena_.size_of(blocks.back()), 16u);
  for (const Offset block : blocks) EXPECT_TRUE(arena_.release(block));
}

TEST_F(ArenaTest, WorksInASegmentOfTwoSpansAndRefusesLess) {
  Segment tiny = Segment::create(128 * k_kib);
  Arena::format(tiny);
  Arena arena(tiny);
  EXPECT_TRUE(arena.release(arena.allocate(64 * k_kib, k_me)));
  EXPECT_THROW(static_cast<void>(arena.allocate(64 * k_kib + 1, k_me)), OutOfMemory);
  Segment too_small = Segment::create(64 * k_kib);
  EXPECT_THROW(Arena::format(too_small), SegmentError);
}

TEST_F(ArenaTest, HoldsBlocksOfMoreThanFourGiB) {
  constexpr std::size_t size = (std::size_t{4} << 30) + 123;
  if (Segment::default_limit() < size + size / 4) GTEST_SKIP() << "needs 10 GiB of free memory";
  Segment large = Segment::create(size + 64 * k_mib);
  Arena::format(large);
  Arena arena(large);
  const Offset block = arena.allocate(size, k_me);
  EXPECT_EQ(arena.size_of(block), size);
  EXPECT_EQ(arena.used_bytes(), size);
  large.at<char>(block)[size - 1] = 'x';
  EXPECT_TRUE(arena.release(block));
  EXPECT_EQ(inconsistency(large), "");
}

TEST_F(ArenaTest, StaysConsistentWhenTheTablesSpanSeveralChapters) {
  Segment sparse = Segment::create(std::size_t{64} << 30);
  Arena::format(sparse);
  ArenaState& state = state_of(sparse);
  SpanHeap heap(sparse, state);
  for (std::size_t c = 1; c < k_size_classes.size(); ++c) {  // no two classes or chapters share a word
    EXPECT_NE(&heap.open_word(c - 1, 40'000), &heap.open_word(c, 40'000));
    EXPECT_LT(sparse.offset_of(&heap.open_word(c, state.span_count - 1)), state.heap_begin);
  }
  EXPECT_EQ(&heap.open_word(3, 32'768) - &heap.open_word(3, 0),
            static_cast<std::ptrdiff_t>(512 * k_size_classes.size()));
}

TEST(SizeClasses, EveryClassFitsItsSpanAndKeepsItsAlignment) {
  for (const SizeClass& c : k_size_classes) {
    EXPECT_LE(c.first + c.count * c.stride, k_span_bytes);
    EXPECT_GE(c.first, c.words() * 8);
    const std::size_t alignment = c.capacity() >= k_aligned_from ? 64 : 16;
    EXPECT_EQ((c.first + c.gap) % alignment, 0u);
    EXPECT_EQ(c.stride % alignment, 0u);
  }
  for (std::size_t bytes = 0; bytes <= k_largest_small; ++bytes) {
    const std::size_t index = class_of(bytes);
    ASSERT_GE(k_size_classes[index].capacity(), bytes);
    ASSERT_TRUE(index == 0 || k_size_classes[index - 1].capacity() < bytes);
  }
}

}  // namespace
}  // namespace mpyx::memory
