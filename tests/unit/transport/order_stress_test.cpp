// Inputs of a Seq whose inside is on several hosts: each is complete at its home when all its results are there, and not before.
#include <algorithm>

#include "channel/gate.hpp"
#include "hosts_rig.hpp"

namespace mpyx::transport {
namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t inputs = 600;
#else
constexpr std::uint64_t inputs = 5'000;
#endif

constexpr std::uint64_t window = 256;
constexpr int home = 0;

class GatePart {
 public:
  explicit GatePart(TestHost& host)
      : host_{&host},
        memory_{host.number() == home ? channel::Gate::create(host.domain(), window, host.new_cell(), host.new_cell())
                                      : channel::Gate::create_branch(host.domain(), window, host.courier_cell())} {
    host.courier().attach_gate({1, 0}, memory_, home);
  }
  ~GatePart() {
    for (std::uint64_t i = 0; i < window; ++i) EXPECT_EQ(gate().count(i), 0) << "on host " << host_->number();
    host_->domain().arena.release(memory_);
  }
  channel::Gate& gate() { return *host_->domain().at<channel::Gate>(memory_); }
  memory::WaitCell& entry_cell() { return *host_->domain().at<memory::WaitCell>(gate().entry_cell); }
  memory::WaitCell& exit_cell() { return *host_->domain().at<memory::WaitCell>(gate().exit_cell); }

 private:
  TestHost* host_;
  memory::Offset memory_;
};

/// A node's way to put and take items that are numbered.
class Node {
 public:
  Node(TestHost& host, GatePart& gate) : host_{&host}, gate_{&gate} {}

  /// Every 50th is large, every 51st has a block.
  void put(channel::OutPort& port, memory::WaitCell& cell, std::uint64_t tag, std::uint64_t value) {
    auto& domain = host_->domain();
    if (!port.has_room() && !port.wait_for_room(cell, [] { return false; })) return;
    if (port.abandoned()) return;
    std::vector<memory::Offset> blocks;
    if (value % 51 == 0) {
      blocks.push_back(domain.arena.allocate(90'000, {}));
      std::memset(domain.at<std::byte>(blocks[0]), static_cast<int>(value % 251), 90'000);
    }
    const std::array tags{tag};
    const wire::FrameParts parts{blocks, {}, tags};
    const std::size_t body = value % 50 == 0 ? 40'000 : sizeof value;
    const std::size_t size = parts.head_size() + body;
    const std::uint64_t attached = channel::blocks_bytes(domain, blocks);
    gate_->gate().add(tag);
    if (size <= port.slot_size()) {
      std::memcpy(parts.write_head(port.slot()), &value, sizeof value);
      port.publish(wire::flag::extended, size, attached);
      return;
    }
    const wire::BlockReference reference{domain.arena.allocate(size, {})};
    std::byte* to = parts.write_head(domain.at<std::byte>(reference.block));
    std::memset(to, 0, body);
    std::memcpy(to, &value, sizeof value);
    std::memcpy(port.slot(), &reference, sizeof reference);
    port.publish(wire::flag::extended | wire::flag::in_block, sizeof reference, size + attached);
  }

  /// Takes to the end, or `most`: each(tag, value), then the item is done. Returns how many.
  template <class Each>
  std::uint64_t take(ChannelPart& part, std::uint32_t consumer, Each each, std::uint64_t most = ~std::uint64_t{0}) {
    auto in = part.in(consumer);
    std::uint64_t taken = 0;
    while (taken < most) {
      if (const auto frame = in.take()) {
        ++taken;
        ASSERT_tags(*frame);
        std::uint64_t value = 0;
        std::memcpy(&value, frame->view.value.data(), sizeof value);
        for (const auto block : frame->view.blocks)
          EXPECT_EQ(*host_->domain().at<std::byte>(block), static_cast<std::byte>(value % 251));
        const std::uint64_t tag = frame->view.tags[0];
        each(tag, value);
        gate_->gate().done(host_->domain(), tag);
        in.release(*frame);
      } else if (in.ended()) {
        break;
      } else {
        in.wait(part.consumer_cell(consumer), [] { return false; });
      }
    }
    in.leave();
    return taken;
  }

 private:
  static void ASSERT_tags(const channel::Frame& frame) { ASSERT_EQ(frame.view.tags.size(), 1u); }

  TestHost* host_;
  GatePart* gate_;
};

class OrderSuite : public ::testing::TestWithParam<std::string> {
 protected:
  struct Shape {
    Plan first, second, last;  ///< entry to first farm, that to the second farm, that to the exit
    std::uint64_t count = inputs;
    std::uint64_t each = 1;                               ///< what the entry puts for an input
    std::array<std::uint64_t, 3> most{~0ul, ~0ul, ~0ul};  ///< that each node of the second farm takes, by host
    bool hoards = false;                                  ///< the home has no memory left when results come
    bool exact = true;                                    ///< nothing is lost to ends
  };

  /// The first farm makes 0 to 3 of an item, the second one drops some.
  static std::uint64_t made_of(std::uint64_t value) { return value % 4; }
  static bool dropped(std::uint64_t value) { return value % 7 == 3; }
  static std::uint64_t value_of(std::uint64_t tag, std::uint64_t k) { return tag * 31 + k; }
  static std::uint64_t results_of(std::uint64_t tag, std::uint64_t each) {
    std::uint64_t sum = 0;
    for (std::uint64_t k = 0; k < each; ++k) {
      const std::uint64_t value = value_of(tag, k);
      for (std::uint64_t i = 0; i < made_of(value); ++i) sum += dropped(value + i) ? 0 : 1;
    }
    return sum;
  }

  void entry(TestHost& host, GatePart& gate, ChannelPart& to, const Shape& shape) {
    Node node{host, gate};
    auto out = to.out(0);
    for (std::uint64_t n = 0; n < shape.count; ++n) {
      if (!gate.gate().has_room()) memory::park(gate.entry_cell(), [&] { return gate.gate().has_room(); });
      const std::uint64_t tag = gate.gate().enter();
      for (std::uint64_t k = 0; k < shape.each; ++k) node.put(out, to.producer_cell(0), tag, value_of(tag, k));
      gate.gate().done(host.domain(), tag);
    }
    out.close();
  }

  void exit(TestHost& host, GatePart& gate, ChannelPart& from, const Shape& shape) {
    Node node{host, gate};
    auto in = from.in(0);
    std::vector<std::uint64_t> got(shape.count);
    auto& cell = from.consumer_cell(0);
    std::uint64_t next = 0;
    const auto ready = [&] { return gate.gate().complete(); };
    while (next < shape.count) {
      if (ready()) {
        if (shape.exact) {
          ASSERT_EQ(got[next], results_of(next, shape.each)) << "input " << next;
        }
        ++next;
        gate.gate().release(host.domain());
      } else if (const auto frame = in.take()) {
        ++got[frame->view.tags[0]];
        gate.gate().done(host.domain(), frame->view.tags[0]);
        in.release(*frame);
      } else {
        // The exit's cell is where the gate wakes it; the channel's end has another one here.
        memory::park(cell, now_ns() + 1'000'000, [&] { return in.ready() || ready(); });
      }
    }
    EXPECT_FALSE(in.take().has_value());
    in.leave();
  }

  void run(const Shape& shape, const TestHost::Sizes& sizes = {}) {
    make_cluster(GetParam(), 3)->run(sizes, [&](TestHost& host) {
      GatePart gate{host};
      {
        const auto me = static_cast<std::size_t>(host.number());
        ChannelPart first{host, shape.first}, second{host, shape.second}, last{host, shape.last};
        std::vector<std::thread> threads;
        std::vector<memory::Offset> hoard;
        for (std::uint32_t i = 0; i < first.consumers(); ++i) {
          threads.emplace_back([&, i] {
            Node node{host, gate};
            auto out = second.out(i);
            node.take(first, i, [&](std::uint64_t tag, std::uint64_t value) {
              for (std::uint64_t k = 0; k < made_of(value); ++k) node.put(out, second.producer_cell(i), tag, value + k);
            });
            out.close();
          });
        }
        if (shape.hoards) {
          if (host.number() == home) entry(host, gate, first, shape);
          for (auto& thread : threads) thread.join();
          threads.clear();
          host.barrier();  // everything is with the second farm
          if (host.number() == home) {
            try {
              for (;;) hoard.push_back(host.domain().arena.allocate(hoard.size() < 7 ? 1 << 20 : 30'000, {}));
            } catch (const memory::OutOfMemory&) {
            }
          }
          host.barrier();
        }
        for (std::uint32_t i = 0; i < second.consumers(); ++i) {
          threads.emplace_back([&, i] {
            Node node{host, gate};
            auto out = last.out(i);
            node.take(
                second, i,
                [&](std::uint64_t tag, std::uint64_t value) {
                  if (!dropped(value)) node.put(out, last.producer_cell(i), tag, value);
                },
                shape.most[me]);
            out.close();
          });
        }
        if (host.number() == home) {
          if (!shape.hoards) threads.emplace_back([&] { entry(host, gate, first, shape); });
          exit(host, gate, last, shape);
        }
        for (auto& thread : threads) thread.join();
        if (shape.hoards && host.number() == home) {
          EXPECT_GE(host.failures().size(), 1u);
        }
        for (const auto block : hoard) host.domain().arena.release(block);
        host.barrier();  // everything of the gate has come home
        first.detach();
        host.barrier();
      }
    });
  }

  static Plan plan(std::uint32_t channel, std::vector<std::uint32_t> producers, std::vector<std::uint32_t> consumers) {
    Plan plan{.producers = std::move(producers), .consumers = std::move(consumers)};
    plan.key.channel = channel;
    plan.gates = {0};
    return plan;
  }
};

TEST_P(OrderSuite, FarmsOverAllHosts) {
  run({.first = plan(1, {1, 0, 0}, {1, 2, 1}),
       .second = plan(2, {1, 2, 1}, {1, 1, 1}),
       .last = plan(3, {1, 1, 1}, {1, 0, 0})});
}

TEST_P(OrderSuite, FromHostToHost) {
  run({.first = plan(1, {1, 0, 0}, {0, 1, 0}),
       .second = plan(2, {0, 1, 0}, {0, 0, 1}),
       .last = plan(3, {0, 0, 1}, {1, 0, 0})});
}

TEST_P(OrderSuite, ManyItemsOfOneInput) {
  run({.first = plan(1, {1, 0, 0}, {0, 1, 0}),
       .second = plan(2, {0, 1, 0}, {0, 0, 1}),
       .last = plan(3, {0, 0, 1}, {1, 0, 0}),
       .count = 5,
       .each = 3'000});
}

TEST_P(OrderSuite, WhatIsGivenBackStillCounts) {
  run({.first = plan(1, {1, 0, 0}, {0, 1, 1}),
       .second = plan(2, {0, 1, 1}, {1, 1, 2}),
       .last = plan(3, {1, 1, 2}, {1, 0, 0}),
       .most = {~0ul, 70, 30}});
}

TEST_P(OrderSuite, WhatNobodyReadsIsDone) {
  run({.first = plan(1, {1, 0, 0}, {1, 1, 0}),
       .second = plan(2, {1, 1, 0}, {0, 1, 1}),
       .last = plan(3, {0, 1, 1}, {1, 0, 0}),
       .most = {0, 40, 90},
       .exact = false});
  run({.first = plan(1, {1, 0, 0}, {0, 1, 0}),
       .second = plan(2, {0, 1, 0}, {1, 0, 0}),
       .last = plan(3, {1, 0, 0}, {1, 0, 0}),
       .most = {25, 0, 0},
       .exact = false});
}

TEST_P(OrderSuite, WhatFindsNoMemoryIsDone) {
  TestHost::Sizes sizes;
  sizes.segment = std::size_t{16} << 20;
  run({.first = plan(1, {1, 0, 0}, {0, 1, 0}),
       .second = plan(2, {0, 1, 0}, {0, 0, 1}),
       .last = plan(3, {0, 0, 1}, {1, 0, 0}),
       .count = window,
       .hoards = true,
       .exact = false},
      sizes);
}

INSTANTIATE_TEST_SUITE_P(Links, OrderSuite, ::testing::ValuesIn(cluster_kinds()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace mpyx::transport
