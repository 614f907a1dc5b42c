#include "transport/incoming.hpp"

#include <array>

#include "hosts_rig.hpp"
#include "transport/loopback_link.hpp"
#include "transport/outgoing.hpp"

namespace mpyx::transport {
namespace {

TEST(IncomingTransfers, AHugeItemLetsOthersBeGrantedBesideIt) {
  constexpr std::uint64_t huge = 40 * Link::chunk_bytes;
  LoopbackNetwork network{2};
  const auto link = network.link(0);
  TestHost host{*link, {}};
  const auto failed = [](const ChannelKey&, const std::string& why) { ADD_FAILURE() << why; };
  {
    IncomingTransfers transfers{host.domain(), *link, 1};
    std::vector<std::shared_ptr<Incoming>> items;
    for (std::uint32_t i = 0; i < 4; ++i) {
      items.push_back(std::make_shared<Incoming>());
      RecordReader nothing{{}};
      const Large head{{1, i}, huge, i, 0, 0, 0, 0, 0};
      ASSERT_TRUE(transfers.announce(head, nothing, items.back()));
    }
    std::vector<std::byte> records;
    EXPECT_TRUE(transfers.pump(records, failed));
    EXPECT_EQ(records.size() / (sizeof(RecordHead) + sizeof(Grant)), 2u)
        << "so that there is a bound, and it is not one";
  }
  link->close();
}

/// Links tell chunks apart by a part of the number only.
TEST(Transfers, TwoThatLookAlikeAreNeverUnderWayAtOnce) {
  LoopbackNetwork network{2};
  const auto link = network.link(0);
  TestHost host{*link, {}};
  const auto failed = [](const ChannelKey&, const std::string& why) { ADD_FAILURE() << why; };
  {
    OutgoingTransfers outgoing{*link, 1};
    const auto add = [&] {
      const std::array<std::uint64_t, 1> size{2 * Link::chunk_bytes};
      return outgoing.add({1, 1}, 0, HeldItem{host.domain(), 0, 0, size, OutgoingTransfers::inline_body}, {}).transfer;
    };
    const std::uint32_t huge = add();
    ASSERT_TRUE(outgoing.grant(huge));
    for (std::uint32_t i = 0; i < 2 * Link::transfer_numbers; ++i) {
      const std::uint32_t number = add();
      ASSERT_NE(Link::short_number(number), Link::short_number(huge)) << i;
      ASSERT_TRUE(outgoing.refuse(number));
    }
    IncomingTransfers incoming{host.domain(), *link, 1};
    std::vector<std::shared_ptr<Incoming>> items;
    for (const std::uint32_t number : {7U, 7 + Link::transfer_numbers}) {
      items.push_back(std::make_shared<Incoming>());
      RecordReader nothing{{}};
      const Large head{{1, 1}, Link::chunk_bytes, number, 0, 0, 0, 0, 0};
      ASSERT_TRUE(incoming.announce(head, nothing, items.back()));
    }
    std::vector<std::byte> records;
    const auto grants = [&] {
      records.clear();
      incoming.pump(records, failed);
      return records.size() / (sizeof(RecordHead) + sizeof(Grant));
    };
    EXPECT_EQ(grants(), 1u);
    EXPECT_EQ(grants(), 0u);
    EXPECT_TRUE(incoming.chunk_received(7, failed));
    EXPECT_EQ(grants(), 1u);
  }
  link->close();
}

}  // namespace
}  // namespace mpyx::transport
