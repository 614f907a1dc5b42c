// Threads that allocate, share and free each other's blocks; meant for ThreadSanitizer as well.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <thread>
#include <vector>

#include "arena_check.hpp"
#include "sizes.hpp"

namespace mpyx::memory {
namespace {

/// Writes a block's own offset into its first and last words and checks that nobody else did meanwhile.
struct Stamp {
  static void write(Segment& segment, Offset block, std::size_t size) {
    *segment.at<Offset>(block) = block;
    segment.at<char>(block)[size - 1] = static_cast<char>(block >> 4);
  }
  static bool intact(Segment& segment, Offset block, std::size_t size) {
    const char last = segment.at<char>(block)[size - 1];
    return last == static_cast<char>(block >> 4) && *segment.at<Offset>(block) == block;
  }
};

void exchange_blocks(Segment& segment, std::array<std::atomic<Offset>, 64>& table, unsigned seed, bool large) {
  Arena arena(segment, static_cast<std::uint16_t>(seed));
  std::minstd_rand random(seed);
  for (int i = 0; i < 3000; ++i) {
    const std::size_t size = 16 + (large && random() % 4 == 0 ? random() % 300'000 : random() % 100);
    const Offset block = arena.allocate(size, {static_cast<std::uint16_t>(seed), 0});
    Stamp::write(segment, block, size);
    if (random() % 4 == 0) {
      arena.retain(block);
      arena.release(block);
    }
    const Offset other = table[random() % table.size()].exchange(block, std::memory_order_acq_rel);
    if (other == null_offset) continue;
    EXPECT_TRUE(Stamp::intact(segment, other, arena.size_of(other)));
    EXPECT_TRUE(arena.release(other));
  }
}

void run(bool large) {
  Segment segment = Segment::create(128 * k_mib);
  Arena::format(segment);
  std::array<std::atomic<Offset>, 64> table{};
  std::vector<std::thread> threads;
  for (unsigned seed = 1; seed <= 4; ++seed)
    threads.emplace_back([&, seed] { exchange_blocks(segment, table, seed, large); });
  for (std::thread& thread : threads) thread.join();
  Arena arena(segment, 1);
  std::size_t left = 0;
  for (const auto& block : table) left += block != null_offset ? 1 : 0;
  EXPECT_EQ(arena.used_blocks(), left);
  for (const auto& block : table)
    if (block != null_offset) {
      EXPECT_TRUE(arena.release(block));
    }
  EXPECT_EQ(arena.used_blocks(), 0u);
  EXPECT_EQ(inconsistency(segment), "");
}

TEST(ArenaStress, ThreadsFreeEachOthersSmallBlocks) { run(false); }
TEST(ArenaStress, ThreadsFreeEachOthersBlocksOfAllSizes) { run(true); }

TEST(ArenaStress, ReferencesOfManyThreadsEndInOneFree) {
  Segment segment = Segment::create(16 * k_mib);
  Arena::format(segment);
  Arena arena(segment, 1);
  for (int round = 0; round < 200; ++round) {
    const Offset block = arena.allocate(round % 2 == 0 ? 64 : 100'000, {1, 0});
    std::atomic<int> frees{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      arena.retain(block);
      threads.emplace_back([&] { frees += arena.release(block) ? 1 : 0; });
    }
    frees += arena.release(block) ? 1 : 0;
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(frees, 1);
  }
  EXPECT_EQ(arena.used_blocks(), 0u);
}

TEST(ArenaStress, FullArenaThrowsAndRecovers) {
  Segment segment = Segment::create(2 * k_mib);
  Arena::format(segment);
  std::vector<std::thread> threads;
  for (std::uint16_t process = 1; process <= 3; ++process)
    threads.emplace_back([&segment, process] {
      Arena arena(segment, process);
      for (int round = 0; round < 20; ++round) {
        std::vector<Offset> held;
        try {
          for (;;) held.push_back(arena.allocate(round % 3 == 0 ? 100'000 : 1000, {process, 0}));
        } catch (const OutOfMemory&) {
        }
        for (const Offset block : held) EXPECT_TRUE(arena.release(block));
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Arena(segment, 1).used_blocks(), 0u);
  EXPECT_EQ(inconsistency(segment), "");
}

}  // namespace
}  // namespace mpyx::memory
