#include "transport/doorbell.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "transport/event_descriptors.hpp"

namespace mpyx::transport {
namespace {

constexpr std::int64_t second = 1'000'000'000;

/// What a courier does with its bell; its link is an eventfd.
class DoorbellTest : public ::testing::Test {
 protected:
  void send() { ::eventfd_write(way_.get(), 1); }
  void receive() {
    eventfd_t value = 0;
    ::eventfd_read(way_.get(), &value);
  }
  /// Parks until it rings; false when it did not in time.
  bool park(std::int64_t ns) {
    const bool in_time = memory::park(cell_, now_ns() + ns, [&] { return bell_.rung(); });
    return bell_.after_park(in_time);
  }

  process::Descriptor way_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  memory::WaitCell cell_{};
  Doorbell bell_{{way_.get()}, cell_};
};

TEST_F(DoorbellTest, RingsForWhatCameBeforeItWasArmedAndForWhatComesLater) {
  send();
  ASSERT_TRUE(bell_.arm(now_ns()));
  EXPECT_TRUE(park(30 * second));
  receive();
  bell_.after_round(true);
  ASSERT_TRUE(bell_.arm(now_ns()));
  std::thread sender{[&] { send(); }};
  EXPECT_TRUE(park(30 * second));
  sender.join();
}

TEST_F(DoorbellTest, MissesNothingWhenMessagesComeAtAnyTime) {
  std::atomic<int> wanted{0};
  constexpr int messages = 5000;
  std::thread sender{[&] {
    for (int sent = 0; sent < messages;) {
      if (wanted.load() == sent) continue;
      send();
      ++sent;
    }
  }};
  for (int i = 1; i <= messages; ++i) {
    wanted = i;
    for (eventfd_t value = 0; ::eventfd_read(way_.get(), &value) != 0;) {
      if (!bell_.arm(now_ns())) continue;  // muted for a while: it may be late, and ring for what was received
      ASSERT_TRUE(park(30 * second)) << "at message " << i;
    }
    bell_.after_round(true);
  }
  sender.join();
}

TEST_F(DoorbellTest, IsMutedWhenItRingsForNothing) {
  send();  // and nobody reads it
  int rings = 0;
  std::int64_t now = now_ns();
  const std::int64_t end = now + 10 * second;
  for (; now < end; now += Doorbell::k_mute / 10) {
    if (!bell_.arm(now)) continue;
    ASSERT_TRUE(park(30 * second));
    bell_.after_round(false);
    ++rings;
  }
  EXPECT_GT(rings, Doorbell::k_rings_for_nothing);  // it is tried again and again
  EXPECT_LT(rings, 40);                             // of 10,000 times
  bell_.after_round(true);
  EXPECT_TRUE(bell_.arm(now));
}

TEST_F(DoorbellTest, IsGivenUpWhenMessagesComeWithoutARing) {
  for (int i = 0; i < Doorbell::k_missed; ++i) {
    ASSERT_TRUE(bell_.arm(now_ns()));
    EXPECT_FALSE(park(1));
    bell_.after_round(true);
  }
  EXPECT_FALSE(bell_.arm(now_ns()));
}

TEST_F(DoorbellTest, IsNotGivenUpForMessagesWhileTheCourierWasAwake) {
  for (int i = 0; i < 2 * Doorbell::k_missed; ++i) {
    ASSERT_TRUE(bell_.arm(now_ns()));
    EXPECT_FALSE(park(1));
    bell_.after_round(false);
    bell_.after_round(true);
  }
  EXPECT_TRUE(bell_.arm(now_ns()));
}

TEST(Doorbell, IsNeverArmedWithoutDescriptors) {
  memory::WaitCell cell{};
  Doorbell bell{{}, cell};
  EXPECT_FALSE(bell.arm(now_ns()));
}

TEST(EventDescriptors, AreThoseThatWatchAListeningSocketAndAreNew) {
  const process::Descriptor listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  const process::Descriptor silent{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const auto watching = [](int socket) {
    process::Descriptor made{::epoll_create1(EPOLL_CLOEXEC)};
    epoll_event event{};
    event.events = EPOLLIN;
    ::epoll_ctl(made.get(), EPOLL_CTL_ADD, socket, &event);
    return made;
  };
  const auto old = watching(listener.get());
  const auto before = epoll_descriptors();
  const auto wanted = watching(listener.get());
  const auto other = watching(silent.get());
  EXPECT_EQ(listening_epoll_descriptors(before), std::vector<int>{wanted.get()});
}

}  // namespace
}  // namespace mpyx::transport
