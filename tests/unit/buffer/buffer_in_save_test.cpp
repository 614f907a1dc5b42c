#include <gtest/gtest.h>
#include <mpyx/mpyx.hpp>

#include <boost/serialization/split_member.hpp>

#include <chrono>
#include <cstddef>
#include <numeric>
#include <ranges>
#include <string>
#include <thread>
#include <vector>

#include "channel/waiter.hpp"
#include "session_here.hpp"

namespace mpyx_test {
namespace {

using namespace mpyx;

Buffer<int> counting_from(int begin) {
  Buffer<int> buffer(5000);
  std::iota(buffer.mutate().begin(), buffer.mutate().end(), begin);
  return buffer;
}

/// Its arrays are there in save() only.
struct Passing {
  int number = 0;
  std::string text;
  Buffer<int> first, second;
  bool arrived() const { return first.view()[0] == number && second.view()[0] == number + 1; }

  template <class Archive>
  void save(Archive& archive) const {
    archive(number, text);
    for (int i = 0; i < 2; ++i) archive(Buffer<int>(counting_from(number + i)));
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(number, text, first, second);
  }
};

class BoostedPassing {
 public:
  bool arrived = false;

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void save(Archive& archive, unsigned) const {
    for (int i = 0; i < 2; ++i) {
      const Buffer<int> passing = counting_from(i);
      archive << passing;
    }
  }
  template <class Archive>
  void load(Archive& archive, unsigned) {
    Buffer<int> first, second;
    archive >> first >> second;
    arrived = first.view()[0] == 0 && second.view()[0] == 1;
  }
  BOOST_SERIALIZATION_SPLIT_MEMBER()
};

TEST(BufferInSave, LivesUntilItsItemIsPut) {
  SessionHere session;
  (void)channel::this_waiter();  // this thread's, which stays
  const std::size_t before = used_blocks();
  auto make = [](int n) {
    Passing made;
    made.number = n;
    made.text.assign(n % 2 == 0 ? 10 : 10'000, 'x');  // one that is encoded once, and one that is measured first
    return made;
  };
  auto keep = [](Passing item) { return item; };
  auto arrived = [](Passing item) { return item.arrived() && item.text.size() > 1; };
  const std::vector<bool> all(50, true);
  EXPECT_EQ(EZ(Iter(std::views::iota(0, 50)), make, keep, arrived).list(), all);
  EXPECT_EQ(EZ(
                Iter(std::views::iota(0, 50)), [](int) { return BoostedPassing{}; },
                [](BoostedPassing item) { return item.arrived; })
                .list(),
            all);
  {
    Queue<Passing> queue{2};
    for (int n = 0; n < 2; ++n) queue.put(make(n));
    for (int n = 0; n < 2; ++n) EXPECT_TRUE(queue.get().arrived()) << n;
  }
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (used_blocks() != before && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  EXPECT_EQ(used_blocks(), before);
}

}  // namespace
}  // namespace mpyx_test
