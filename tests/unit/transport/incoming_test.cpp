#include "transport/incoming.hpp"

#include "hosts_rig.hpp"
#include "transport/loopback_link.hpp"

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

}  // namespace
}  // namespace mpyx::transport
