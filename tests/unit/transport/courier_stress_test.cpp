// What every link owes to the courier, and the courier to channels. Each test is the program of one host; it runs on all.
#include <algorithm>

#include "traffic.hpp"

namespace mpyx::transport {
namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t total = 3'000;
constexpr std::uint64_t mixed_total = 320;
#else
constexpr std::uint64_t total = 30'000;
constexpr std::uint64_t mixed_total = 1'280;
#endif

class CourierSuite : public ::testing::TestWithParam<std::string> {
 protected:
  void run(const Cluster::Body& body, const TestHost::Sizes& sizes = {}) {
    make_cluster(GetParam(), 3)->run(sizes, body);
  }

  /// All producers of the plan put `total` numbers together, all consumers take to the end, each number once.
  void deliver(const Plan& plan, Traffic::Kind kind, std::uint64_t values = total) {
    run([&](TestHost& host) {
      ChannelPart part{host, plan};
      Traffic traffic{host, part, values, kind};
      std::uint64_t producers = 0, before = 0;
      for (std::size_t h = 0; h < plan.producers.size(); ++h) {
        if (h == static_cast<std::size_t>(host.number())) before = producers;
        producers += plan.producers[h];
      }
      const std::uint64_t each = values / producers;
      std::vector<std::thread> threads;
      for (std::uint32_t i = 0; i < part.consumers(); ++i) threads.emplace_back([&, i] { traffic.consume(i); });
      for (std::uint32_t i = 0; i < part.producers(); ++i)
        threads.emplace_back([&, i] { EXPECT_EQ(traffic.produce(i, (before + i) * each, each), each); });
      for (auto& thread : threads) thread.join();
      const auto seen = traffic.seen_everywhere();
      for (std::uint64_t i = 0; i < each * producers; ++i) ASSERT_EQ(seen[i], 1u) << i;
      EXPECT_TRUE(host.failures().empty());
    });
  }
};

TEST_P(CourierSuite, KeepsTheOrderOfOneProducerAndOneConsumer) {
  run([](TestHost& host) {
    ChannelPart part{host, {.producers = {1, 0, 0}, .consumers = {0, 1, 0}}};
    Traffic traffic{host, part, total, Traffic::Kind::plain};
    if (part.producers() != 0) traffic.produce(0, 0, total);
    std::uint64_t next = 0;
    if (part.consumers() != 0) {
      traffic.consume(0, total, [&](std::uint64_t value) { ASSERT_EQ(value, next++); });
      EXPECT_EQ(next, total);
    }
    host.barrier();
  });
}

TEST_P(CourierSuite, EndsAChannelWithoutItems) {
  deliver({.producers = {1, 0, 0}, .consumers = {0, 1, 0}}, Traffic::Kind::plain, 0);
}

TEST_P(CourierSuite, SharesTheWorkOfAFarmOnSeveralHosts) {
  deliver({.producers = {1, 0, 0}, .consumers = {1, 2, 1}}, Traffic::Kind::plain);
}

TEST_P(CourierSuite, ManyToMany) { deliver({.producers = {2, 1, 1}, .consumers = {1, 1, 2}}, Traffic::Kind::plain); }

TEST_P(CourierSuite, SmallLanes) {
  deliver({.producers = {1, 1, 0}, .consumers = {0, 1, 1}, .items = 1}, Traffic::Kind::plain, total / 4);
}

TEST_P(CourierSuite, CarriesEveryKindOfItem) {
  deliver({.producers = {1, 0, 0}, .consumers = {0, 1, 0}}, Traffic::Kind::mixed, mixed_total);
}

TEST_P(CourierSuite, SharesEveryKindOfItemOnSeveralHosts) {
  deliver({.producers = {1, 1, 0}, .consumers = {1, 1, 2}}, Traffic::Kind::mixed, mixed_total);
}

TEST_P(CourierSuite, KeepsTheOrderOfLargeAndSmallItems) {
  run([](TestHost& host) {
    ChannelPart part{host, {.producers = {1, 0, 0}, .consumers = {0, 1, 0}}};
    Traffic traffic{host, part, mixed_total, Traffic::Kind::mixed};
    if (part.producers() != 0) traffic.produce(0, 0, mixed_total);
    std::uint64_t next = 0;
    if (part.consumers() != 0) {
      traffic.consume(0, ~std::uint64_t{0}, [&](std::uint64_t value) { ASSERT_EQ(value, next++); });
      EXPECT_EQ(next, mixed_total);
    }
    host.barrier();
  });
}

TEST_P(CourierSuite, StopsProducersWhenNobodyReads) {
  for (const auto kind : {Traffic::Kind::plain, Traffic::Kind::mixed}) {
    run([kind](TestHost& host) {
      ChannelPart part{host, {.producers = {2, 1, 0}, .consumers = {0, 0, 2}}};
      Traffic traffic{host, part, 1'000'000, kind};
      std::vector<std::thread> threads;
      for (std::uint32_t i = 0; i < part.consumers(); ++i) threads.emplace_back([&, i] { traffic.consume(i, 50); });
      for (std::uint32_t i = 0; i < part.producers(); ++i)
        threads.emplace_back([&, i] { EXPECT_LT(traffic.produce(i, 0, 1'000'000), 1'000'000u); });
      for (auto& thread : threads) thread.join();
      host.barrier();
    });
  }
}

TEST_P(CourierSuite, StopsProducersWhenNobodyReadsAnywhere) {
  run([](TestHost& host) {
    ChannelPart part{host, {.producers = {1, 1, 0}, .consumers = {1, 1, 1}}};
    Traffic traffic{host, part, 1'000'000, Traffic::Kind::mixed};
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < part.consumers(); ++i) threads.emplace_back([&, i] { traffic.consume(i, 100); });
    for (std::uint32_t i = 0; i < part.producers(); ++i)
      threads.emplace_back([&, i] { EXPECT_LT(traffic.produce(i, 0, 1'000'000), 1'000'000u); });
    for (auto& thread : threads) thread.join();
    host.barrier();
  });
}

TEST_P(CourierSuite, WhatLeavingConsumersDidNotTakeGoesToOthers) {
  for (const auto kind : {Traffic::Kind::plain, Traffic::Kind::mixed}) {
    const std::uint64_t values = kind == Traffic::Kind::plain ? total : mixed_total;
    const Plan plan{.producers = {1, 1, 0}, .consumers = {1, 1, 2}};
    run([&](TestHost& host) {
      ChannelPart part{host, plan};
      Traffic traffic{host, part, values, kind};
      std::vector<std::thread> threads;
      // All of host 2 and of host 1 leave early; host 0 stays.
      const std::uint64_t most = host.number() == 0 ? ~std::uint64_t{0} : host.number() == 1 ? values / 5 : values / 20;
      for (std::uint32_t i = 0; i < part.consumers(); ++i) threads.emplace_back([&, i] { traffic.consume(i, most); });
      const std::uint64_t each = values / 2;
      if (part.producers() != 0)
        threads.emplace_back(
            [&] { EXPECT_EQ(traffic.produce(0, static_cast<std::uint64_t>(host.number()) * each, each), each); });
      for (auto& thread : threads) thread.join();
      const auto seen = traffic.seen_everywhere();
      for (std::uint64_t i = 0; i < values; ++i) ASSERT_EQ(seen[i], 1u) << i;
    });
  }
}

TEST_P(CourierSuite, WhatIsGivenBackReachesConsumersElsewhere) {
  // The producers' host has no consumers, so what host 1 gives back can only go to host 2.
  run([](TestHost& host) {
    ChannelPart part{host, {.producers = {2, 0, 0}, .consumers = {0, 1, 1}}};
    Traffic traffic{host, part, mixed_total, Traffic::Kind::mixed};
    std::vector<std::thread> threads;
    const std::uint64_t most = host.number() == 1 ? mixed_total / 10 : ~std::uint64_t{0};
    for (std::uint32_t i = 0; i < part.consumers(); ++i) threads.emplace_back([&, i] { traffic.consume(i, most); });
    const std::uint64_t each = mixed_total / 2;
    for (std::uint32_t i = 0; i < part.producers(); ++i)
      threads.emplace_back([&, i] { EXPECT_EQ(traffic.produce(i, i * each, each), each); });
    for (auto& thread : threads) thread.join();
    const auto seen = traffic.seen_everywhere();
    for (std::uint64_t i = 0; i < mixed_total; ++i) ASSERT_EQ(seen[i], 1u) << i;
  });
}

TEST_P(CourierSuite, ASlowHostHoldsOnlyAFewItems) {
  // Host 1 is stuck in its first item; all others but the two that its consumer may have in advance are taken on host 0.
  constexpr std::uint64_t values = 1000, stuck = 3;
  run([](TestHost& host) {
    ChannelPart part{host, {.producers = {1, 0, 0}, .consumers = {1, 1, 0}}};
    Traffic traffic{host, part, values, Traffic::Kind::plain};
    std::vector<std::thread> threads;
    if (host.number() == 0) {
      threads.emplace_back([&] { traffic.produce(0, 0, values); });
      threads.emplace_back([&] { traffic.consume(0); });
      const std::int64_t patience = now_ns() + 20'000'000'000;
      while (traffic.taken_here() < values - stuck && now_ns() < patience) std::this_thread::yield();
      EXPECT_GE(traffic.taken_here(), values - stuck);
      host.barrier();
    } else if (host.number() == 1) {
      bool first = true;
      traffic.consume(0, values, [&](std::uint64_t) {
        if (std::exchange(first, false)) host.barrier();
      });
      if (first) host.barrier();  // it got nothing
    } else {
      host.barrier();
    }
    for (auto& thread : threads) thread.join();
    const auto seen = traffic.seen_everywhere();
    for (std::uint64_t i = 0; i < values; ++i) ASSERT_EQ(seen[i], 1u) << i;
  });
}

TEST_P(CourierSuite, HoldsNoMoreThanLanesAndCredit) {
  const Plan plan{.producers = {1, 0, 0}, .consumers = {0, 1, 0}, .items = 30, .limits = {100, 1 << 20, 1 << 20}};
  run([&](TestHost& host) {
    ChannelPart part{host, plan};
    Traffic traffic{host, part, 1'000'000, Traffic::Kind::plain};
    if (part.producers() != 0) {
      auto out = part.out(0);
      auto& cell = part.producer_cell(0);
      // Puts until there has been no room for a while.
      std::uint64_t put = 0;
      for (;;) {
        const std::int64_t deadline = now_ns() + 1'000'000'000;
        if (!out.has_room() && !out.wait_for_room(
                                   cell, [] { return false; }, deadline))
          break;
        ASSERT_TRUE(traffic.put(out, cell, put));
        ++put;
      }
      EXPECT_GE(put, 130u);
      EXPECT_LE(put, 130u + 30u);  // and the lane there, which is within the credit
      out.close();
    }
    host.barrier();
    if (part.consumers() != 0) traffic.consume(0);
    host.barrier();
  });
}

TEST_P(CourierSuite, DetachesInTheMiddleOfAStream) {
  for (std::uint64_t run_number = 1; run_number <= 5; ++run_number) {
    run([&](TestHost& host) {
      {
        Plan plan{.producers = {1, 1, 0}, .consumers = {1, 1, 1}};
        plan.key.run = run_number;
        ChannelPart part{host, plan};
        Traffic traffic{host, part, mixed_total, Traffic::Kind::mixed};
        std::atomic<bool> stop{false};
        std::vector<std::thread> threads;
        for (std::uint32_t i = 0; i < part.producers(); ++i) {
          threads.emplace_back([&, i] {
            auto out = part.out(i);
            auto& cell = part.producer_cell(i);
            const auto stopped = [&] { return stop.load(); };
            for (std::uint64_t n = 0; !stop && n < mixed_total; ++n) {
              if (!out.has_room() && !out.wait_for_room(cell, stopped)) break;
              traffic.put(out, cell, n);
            }
          });
        }
        for (std::uint32_t i = 0; i < part.consumers(); ++i) threads.emplace_back([&, i] { traffic.consume(i, 40); });
        while (traffic.taken_here() < 40) std::this_thread::yield();
        host.barrier();
        stop = true;
        for (std::uint32_t i = 0; i < part.producers(); ++i) memory::interrupt(part.producer_cell(i));
        for (auto& thread : threads) thread.join();
        if (host.number() == 1) host.barrier();  // hosts let go at different times
        part.detach();
        if (host.number() != 1) host.barrier();
      }
      host.barrier();
    });
  }
}

TEST_P(CourierSuite, DropsWhatFindsNoMemoryAndGoesOn) {
  // Each item fits, but those that one consumer holds on to and a further one do not.
  constexpr std::size_t segment = std::size_t{16} << 20;
  TestHost::Sizes sizes;
  sizes.segment = segment;
  run(
      [](TestHost& host) {
        ChannelPart part{host, {.producers = {1, 0, 0}, .consumers = {0, 1, 0}}};
        Traffic traffic{host, part, 64, Traffic::Kind::mixed};
        std::vector<memory::Offset> hoard;
        if (host.number() == 1) {
          try {
            for (;;) hoard.push_back(host.domain().arena.allocate(1 << 20, {}));
          } catch (const memory::OutOfMemory&) {
          }
        }
        host.barrier();
        if (part.producers() != 0) traffic.produce(0, 0, 64);
        if (part.consumers() != 0) {
          traffic.consume(0);
          EXPECT_EQ(traffic.taken_here() + host.failures().size(), 64u);
          EXPECT_GE(host.failures().size(), 1u);
        }
        for (const auto block : hoard) host.domain().arena.release(block);
        host.barrier();
      },
      sizes);
}

TEST_P(CourierSuite, CarriesControlMessagesInOrder) {
  run([](TestHost& host) {
    for (std::uint32_t i = 0; i < 50; ++i) {
      std::vector<std::uint32_t> mine(i * i * 40 + 1, i * 3 + static_cast<std::uint32_t>(host.number()));
      const auto all = host.exchange(std::as_bytes(std::span{mine}));
      for (std::uint32_t from = 0; from < all.size(); ++from) {
        mine.assign(mine.size(), i * 3 + from);
        ASSERT_EQ(all[from].size(), mine.size() * sizeof(std::uint32_t));
        ASSERT_EQ(std::memcmp(all[from].data(), mine.data(), all[from].size()), 0);
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Links, CourierSuite, ::testing::ValuesIn(cluster_kinds()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace mpyx::transport
