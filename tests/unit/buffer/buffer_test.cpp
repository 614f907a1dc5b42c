#include <gtest/gtest.h>
#include <mpyx/mpyx.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/serialization/string.hpp>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <optional>
#include <ranges>
#include <string>
#include <thread>
#include <vector>

#include "channel/queued_item.hpp"
#include "channel/waiter.hpp"
#include "session_here.hpp"

namespace {

using mpyx::Buffer;
using mpyx::EZ;
using mpyx::Iter;
using mpyx_test::SessionHere;
using mpyx_test::used_blocks;

Buffer<int> counting(std::size_t size) {
  Buffer<int> buffer(size);
  std::iota(buffer.mutate().begin(), buffer.mutate().end(), 0);
  return buffer;
}

bool counts(const Buffer<int>& buffer, std::size_t size) {
  if (buffer.size() != size) return false;
  for (std::size_t i = 0; i < size; ++i) {
    if (buffer.view()[i] != static_cast<int>(i)) return false;
  }
  return true;
}

TEST(Buffer, IsEmptyWithoutASession) {
  Buffer<double> buffer;
  EXPECT_TRUE(buffer.empty());
  EXPECT_TRUE(buffer.view().empty());
  EXPECT_TRUE(buffer.mutate().empty());
  EXPECT_TRUE(Buffer<double>(0).empty());
}

TEST(Buffer, NeedsASessionForMemory) {
  try {
    Buffer<double> buffer(10);
    FAIL() << "no exception";
  } catch (const mpyx::Error& error) {
    EXPECT_NE(std::string{error.what()}.find("there is no Session"), std::string::npos) << error.what();
  }
}

TEST(Buffer, IsAlignedWhateverItsSize) {
  SessionHere session;
  for (const std::size_t size : {1, 63, 1000, 4095, 4096, 5000, 1 << 20}) {
    Buffer<std::uint8_t> buffer(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.view().data()) % 64, 0U) << size;
    std::ranges::fill(buffer.mutate(), std::uint8_t{7});
    EXPECT_EQ(buffer.view().back(), 7);
  }
}

TEST(Buffer, CopiesShareUntilOneIsWritten) {
  SessionHere session;
  Buffer<int> first = counting(100);
  const Buffer<int> second = first;
  EXPECT_EQ(first.view().data(), second.view().data());
  first.mutate()[0] = 42;
  EXPECT_NE(first.view().data(), second.view().data());
  EXPECT_EQ(first.view()[0], 42);
  EXPECT_TRUE(counts(second, 100));
}

TEST(Buffer, IsWrittenInPlaceWhenNobodySharesIt) {
  SessionHere session;
  Buffer<int> buffer = counting(100);
  const int* data = buffer.view().data();
  { const Buffer<int> other = buffer; }
  EXPECT_EQ(buffer.mutate().data(), data);
  Buffer<int> moved = std::move(buffer);
  EXPECT_EQ(moved.mutate().data(), data);
}

TEST(Buffer, GivesItsBlockBackWithTheLastCopy) {
  SessionHere session;
  const std::size_t before = used_blocks();
  {
    Buffer<int> first = counting(100000);
    Buffer<int> second = first, third = std::move(second);
    third.mutate()[0] = 1;
    second = third;
    first = Buffer<int>(5);
    EXPECT_EQ(used_blocks(), before + 2);
  }
  EXPECT_EQ(used_blocks(), before);
}

TEST(Buffer, OutlivesItsSession) {
  Buffer<int> kept;
  {
    SessionHere session;
    kept = counting(1000);
  }
  EXPECT_TRUE(counts(kept, 1000));
  const Buffer<int> copy = kept;
  EXPECT_THROW(kept.mutate(), mpyx::Error);  // a copy would need a session
}

TEST(Buffer, OfAnEndedSessionIsNotPutIntoAnother) {
  Buffer<int> kept;
  {
    SessionHere session;
    kept = counting(1000);
  }
  SessionHere session;
  mpyx::detail::Writer writer{{}, mpyx::detail::Writer::Blocks::carried};
  EXPECT_THROW(mpyx::detail::encode(kept, writer), mpyx::Error);
}

TEST(Buffer, TooLargeNamesWhatIsThere) {
  SessionHere session;
  try {
    Buffer<double> buffer(std::size_t{1} << 60);
    FAIL() << "no exception";
  } catch (const mpyx::Error& error) {
    EXPECT_NE(std::string{error.what()}.find("no room for"), std::string::npos) << error.what();
  }
}

TEST(Buffer, OutOfMemoryNamesTheHolders) {
  SessionHere session;
  const std::size_t limit = mpyx::channel::process_domain()->segment.limit();
  std::vector<Buffer<char>> held;
  held.emplace_back(std::size_t{100} << 20);
  try {
    Buffer<char> buffer(limit - (std::size_t{50} << 20));
    FAIL() << "no exception";
  } catch (const mpyx::Error& error) {
    EXPECT_NE(std::string{error.what()}.find("100.0 MiB in"), std::string::npos) << error.what();
  }
}

struct Shared {
  Buffer<int> numbers;
  std::string name;
  std::vector<Buffer<int>> more;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(numbers, name, more);
  }
};

TEST(BufferInItems, CopiesNothing) {
  SessionHere session;
  const Buffer<int> big = counting(1 << 20);
  static const int* place = nullptr;
  place = big.view().data();
  struct Source : mpyx::F<void, Shared> {
    void setup() override {
      const Buffer<int> made = counting(1 << 20);
      place = made.view().data();
      put({made, "a", {made, made}});
    }
  };
  auto same = [](Shared item) {
    return item.numbers.view().data() == place && item.more.at(1).view().data() == place && item.name == "a";
  };
  EXPECT_EQ(EZ(
                Source{}, [](Shared item) { return item; }, same)
                .list(),
            std::vector<bool>{true});
}

TEST(BufferInItems, IsWrittenInPlaceByALoneConsumer) {
  SessionHere session;
  struct Source : mpyx::F<void, Shared> {
    void setup() override { put({counting(5000), "", {}}); }
  };
  struct Check : mpyx::F<Shared, bool> {
    void process(Shared item) override {
      const int* before = item.numbers.view().data();
      auto& domain = *mpyx::channel::process_domain();
      const auto block = domain.segment.offset_of(before);
      // The source lets go of its own copy a moment after its put(); the place it came from has let go already.
      const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{20};
      while (domain.arena.references(block) > 1 && std::chrono::steady_clock::now() < patience)
        std::this_thread::yield();
      put(item.numbers.mutate().data() == before && counts(item.numbers, 5000));
    }
  };
  EXPECT_EQ(EZ(Source{}, Check{}).list(), std::vector<bool>{true});
}

TEST(BufferInItems, IsWrittenInPlaceByALoneCoroutine) {
  SessionHere session;
  struct Source : mpyx::F<void, Shared> {
    void setup() override { put({counting(5000), "", {}}); }
  };
  struct Check : mpyx::AsyncF<Shared, bool> {
    boost::asio::awaitable<void> process(Shared item) override {
      const int* before = item.numbers.view().data();
      auto& domain = *mpyx::channel::process_domain();
      const auto block = domain.segment.offset_of(before);
      const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{20};
      while (domain.arena.references(block) > 1 && std::chrono::steady_clock::now() < patience)
        std::this_thread::yield();
      put(item.numbers.mutate().data() == before && counts(item.numbers, 5000));
      co_return;
    }
  };
  const std::size_t before = used_blocks();
  EXPECT_EQ(EZ(Source{}, Check{}).list(), std::vector<bool>{true});
  EXPECT_EQ(EZ(Source{}, mpyx::Seq(Check{})).list(), std::vector<bool>{true});
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (used_blocks() != before && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  EXPECT_EQ(used_blocks(), before);  // a moment after the end of the run
}

class Boosted {
 public:
  Boosted() = default;
  explicit Boosted(Buffer<int> numbers) : numbers_{std::move(numbers)} {}
  const Buffer<int>& numbers() const { return numbers_; }

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& name_& numbers_& name_;
  }
  std::string name_ = "between";
  Buffer<int> numbers_;
};

TEST(BufferInItems, WorksInBoostTypesWithoutCopying) {
  SessionHere session;
  static const int* place = nullptr;
  auto make = [](int) {
    Boosted made{counting(5000)};
    place = made.numbers().view().data();
    return made;
  };
  auto check = [](Boosted item) { return item.numbers().view().data() == place && counts(item.numbers(), 5000); };
  EXPECT_EQ(EZ(Iter(std::vector{1}), make, check).list(), std::vector<bool>{true});
}

struct Scale : mpyx::F<int, int> {
  Buffer<int> table;
  void initialize() override { table = counting(1000); }
  void process(int x) override { put(counts(table, 1000) ? x : -1); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(table);
  }
};

TEST(BufferInStages, TravelsAsACopyOfItsContent) {
  SessionHere session;
  EXPECT_EQ(EZ(Iter(std::vector{3}), Scale{}).list(), std::vector{3});
  auto look_up = [](int x, Buffer<int> table) { return table.view()[static_cast<std::size_t>(x)]; };
  EXPECT_EQ(EZ(Iter(std::vector{3}), mpyx::Map(look_up, counting(10))).list(), std::vector{3});
}

TEST(BufferInMeta, TravelsAsACopyOfItsContent) {
  SessionHere session;
  struct Source : mpyx::F<void, int> {
    void setup() override {
      meta["table"] = counting(1000);
      put(1);
    }
  };
  struct Look : mpyx::F<int, bool> {
    void process(int) override { put(counts(meta.get<Buffer<int>>("table"), 1000)); }
  };
  EXPECT_EQ(EZ(Source{}, Look{}).list(), std::vector<bool>{true});
}

TEST(BufferInQueues, ArrivesAtAnotherHostWhereverItLies) {
  SessionHere session;
  auto& domain = *mpyx::channel::process_domain();
  const mpyx::detail::WiredItem& type = mpyx::detail::wired_item<Shared>;
  const std::size_t before = used_blocks();
  for (std::size_t size = 1; size < 1100; size += 3) {
    mpyx::channel::QueuedItem sent{domain}, received{domain};
    const Shared item{counting(size), "a name", {counting(size + 1), counting(1)}};
    sent.encode(&item, type, mpyx::channel::QueuedFrame::max_payload);
    received.unpack(sent.pack(), mpyx::channel::QueuedFrame::max_payload);  // into other places: `sent` has its own
    std::optional<Shared> got;
    received.decode(&got, type);
    ASSERT_TRUE(got && counts(got->numbers, size) && counts(got->more.at(0), size + 1)) << size;
    ASSERT_TRUE(counts(got->more.at(1), 1)) << size;
  }
  EXPECT_EQ(used_blocks(), before);
}

TEST(BufferDecoding, TrustsNoLength) {
  SessionHere session;
  const Buffer<int> buffer = counting(100);
  std::array<std::byte, 1024> bytes;
  for (const auto blocks : {mpyx::detail::Writer::Blocks::copied, mpyx::detail::Writer::Blocks::carried}) {
    mpyx::detail::Writer writer{bytes, blocks};
    mpyx::detail::encode(buffer, writer);
    const std::size_t before = used_blocks();
    for (const std::uint64_t count : {std::uint64_t{2000}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
      std::memcpy(bytes.data(), &count, sizeof count);
      mpyx::detail::Reader reader{std::span{bytes}.first(writer.size()), writer.blocks()};
      EXPECT_THROW(mpyx::detail::decode<Buffer<int>>(reader), mpyx::Error);
    }
    EXPECT_EQ(used_blocks(), before);
  }
}

std::vector<Buffer<int>> many(std::size_t count) { return std::vector<Buffer<int>>(count, Buffer<int>(1)); }

TEST(Buffer, AnItemWithMoreThanItsFrameCanCountIsRefused) {
  const SessionHere session;
  EXPECT_EQ(EZ(Iter{std::size_t{65535}}, many).list().at(0).size(), 65535U);
  try {
    (void)EZ(Iter{std::size_t{65536}}, many).list();
    ADD_FAILURE();
  } catch (const mpyx::StageError& error) {
    EXPECT_NE(error.message().find("65536 Buffers; at most 65535"), std::string::npos) << error.message();
  }
}

TEST(Buffer, AnItemWithMoreThanItsFrameCanCountIsRefusedByAQueue) {
  const SessionHere session;
  mpyx::Queue<std::vector<Buffer<int>>> queue{2};
  const std::size_t before = used_blocks();
  EXPECT_THROW(queue.put(many(65536)), mpyx::Error);
  EXPECT_EQ(used_blocks(), before);
  queue.put(many(65535));
  EXPECT_EQ(queue.get().size(), 65535U);
}

}  // namespace
