// Passes frames between two network interfaces, each way with a delay, losses and a limited rate: what the kernel's netem does,
// for kernels without it. Part of `shape`.   impair A B DELAY_MS LOSS_PERCENT RATE_MBIT     (0: none)
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

struct Conditions {
  nanoseconds delay{};
  double loss = 0;              // 0 to 1
  double bytes_per_second = 0;  // 0 is no limit
};

constexpr std::size_t k_most_waiting = 64U << 20U;   // bytes each way; what comes then is lost
constexpr nanoseconds k_longest_queue{200'000'000};  // at the rate; likewise
constexpr nanoseconds k_again{100'000};              // after the interface had no room

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

// A raw socket on an interface. Frames keep their virtio header, so that the 64 KiB ones of offloading pass unchanged.
int open_interface(const char* name) {
  const int socket = ::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) fail("socket");
  const int one = 1;
  const int bytes = 8 << 20;
  if (::setsockopt(socket, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof one) != 0) fail("PACKET_VNET_HDR");
  if (::setsockopt(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) != 0) fail("PACKET_IGNORE_OUTGOING");
  ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(::if_nametoindex(name));
  if (address.sll_ifindex == 0) fail(name);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail(name);
  packet_mreq every{};
  every.mr_ifindex = address.sll_ifindex;
  every.mr_type = PACKET_MR_PROMISC;
  ::setsockopt(socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &every, sizeof every);
  return socket;
}

// One direction: frames in the order they came, each with the time when it may go.
class Way {
 public:
  Way(int from, int to, const Conditions& conditions) : from_{from}, to_{to}, conditions_{conditions} {}

  void take_in() {
    for (int most = 256; most > 0; --most) {
      const ssize_t length = ::recv(from_, buffer_.data(), buffer_.size(), 0);
      if (length <= 0) return;
      admit(Clock::now(), static_cast<std::size_t>(length));
    }
  }

  // Returns when the next one is due.
  std::optional<Clock::time_point> send_due(Clock::time_point now) {
    while (!waiting_.empty() && waiting_.front().due <= now) {
      auto& frame = waiting_.front();
      if (::send(to_, frame.bytes.data(), frame.bytes.size(), 0) < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
        frame.due = now + k_again;
        break;
      }
      bytes_ -= frame.bytes.size();
      waiting_.pop_front();
    }
    if (waiting_.empty()) return std::nullopt;
    return waiting_.front().due;
  }

 private:
  struct Frame {
    Clock::time_point due;
    std::vector<char> bytes;
  };

  void admit(Clock::time_point now, std::size_t length) {
    if (chance_(generator_) < conditions_.loss || bytes_ > k_most_waiting) return;
    auto sent = now;
    if (conditions_.bytes_per_second > 0) {
      line_free_ = std::max(line_free_, now);
      if (line_free_ - now > k_longest_queue) return;
      const std::chrono::duration<double> takes{static_cast<double>(length) / conditions_.bytes_per_second};
      line_free_ += std::chrono::duration_cast<nanoseconds>(takes);
      sent = line_free_;
    }
    waiting_.push_back({sent + conditions_.delay, {buffer_.data(), buffer_.data() + length}});
    bytes_ += length;
  }

  int from_;
  int to_;
  Conditions conditions_;
  std::array<char, 70'000> buffer_{};
  std::deque<Frame> waiting_;
  std::size_t bytes_ = 0;
  Clock::time_point line_free_{};
  std::mt19937_64 generator_{12345};
  std::uniform_real_distribution<double> chance_{0, 1};
};

void wait_for(std::array<pollfd, 2>& sockets, std::optional<Clock::time_point> until) {
  timespec limit{};
  if (until) {
    const auto left = std::max(nanoseconds{0}, nanoseconds{*until - Clock::now()}).count();
    limit = {static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
  }
  ::ppoll(sockets.data(), sockets.size(), until ? &limit : nullptr, nullptr);
}

std::optional<Clock::time_point> earlier(std::optional<Clock::time_point> a, std::optional<Clock::time_point> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fputs("impair A B DELAY_MS LOSS_PERCENT RATE_MBIT\n", stderr);
    return 2;
  }
  const Conditions conditions{nanoseconds{static_cast<std::int64_t>(std::atof(argv[3]) * 1e6)},
                              std::atof(argv[4]) / 100, std::atof(argv[5]) * 1e6 / 8};
  ::prctl(PR_SET_TIMERSLACK, 1);
  const int a = open_interface(argv[1]);
  const int b = open_interface(argv[2]);
  Way there{a, b, conditions};
  Way back{b, a, conditions};
  std::puts("ready");
  std::fflush(stdout);
  std::array<pollfd, 2> sockets{pollfd{a, POLLIN, 0}, pollfd{b, POLLIN, 0}};
  for (;;) {
    const auto now = Clock::now();
    const auto there_next = there.send_due(now);
    wait_for(sockets, earlier(there_next, back.send_due(now)));
    if (sockets[0].revents != 0) there.take_in();
    if (sockets[1].revents != 0) back.take_in();
  }
}
