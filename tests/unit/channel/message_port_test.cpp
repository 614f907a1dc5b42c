#include "channel/message_port.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "inbox_rig.hpp"

namespace mpyx::channel {
namespace {

TEST(MessageSender, StopsWhileAnotherThreadWaitsForRoom) {
  InboxRig rig{{.items = 2}};
  MessageSender sender{rig.domain(), rig.domain().segment.offset_of(&rig.inbox()), 0, rig.producer_cell(0)};
  const std::array<std::byte, 8> message{};
  const auto stopped = [] { return true; };
  while (sender.send(message, stopped)) {
  }
  std::atomic<bool> waits{false}, may_end{false};
  std::thread other{[&] {
    EXPECT_FALSE(sender.send(message, [&] {
      waits = true;
      return may_end.load();
    }));
  }};
  while (!waits) std::this_thread::yield();
  auto sent = std::async(std::launch::async, [&] { return sender.send(message, stopped); });
  EXPECT_EQ(sent.wait_for(std::chrono::seconds{20}), std::future_status::ready);
  may_end = true;
  EXPECT_FALSE(sent.get());
  other.join();
}

}  // namespace
}  // namespace mpyx::channel
