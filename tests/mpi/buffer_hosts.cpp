// Small Buffers arrive at other hosts as they were, wherever their arrays come to lie: through channels and through a Queue.
// hosts: 4
// run: 1 3    compare: exact
#include <mpyx/mpyx.hpp>

#include <cstddef>
#include <iostream>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

using namespace mpyx;

namespace {

constexpr int items = 1200;

struct Packet {
  int number = 0;
  Buffer<int> small;
  std::vector<Buffer<unsigned char>> more;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, small, more);
  }
};

std::size_t size_of(int n) { return static_cast<std::size_t>(n % 1100 + 1); }

Packet make(int n) {
  Packet packet{n, Buffer<int>(size_of(n)), {}};
  for (int i = 0; int& value : packet.small.mutate()) value = n + i++;
  for (int k = 0; k < n % 3; ++k) {
    packet.more.emplace_back(size_of(n + k));
    for (unsigned char& value : packet.more.back().mutate()) value = static_cast<unsigned char>(n + k);
  }
  return packet;
}

/// Its number; -1 when anything in it is wrong.
int check(const Packet& packet) {
  const int n = packet.number;
  if (packet.small.size() != size_of(n) || packet.more.size() != static_cast<std::size_t>(n % 3)) return -1;
  for (int i = 0; const int value : packet.small.view()) {
    if (value != n + i++) return -1;
  }
  for (int k = 0; const auto& buffer : packet.more) {
    if (buffer.size() != size_of(n + k)) return -1;
    for (const unsigned char value : buffer.view()) {
      if (value != static_cast<unsigned char>(n + k)) return -1;
    }
    ++k;
  }
  return n;
}

/// Keeps some of what comes by, so that what follows lies elsewhere.
struct KeepSome : F<Packet, Packet> {
  std::vector<Packet> kept;
  void process(Packet packet) override {
    if (packet.number % 7 == 3) kept.push_back(packet);
    put(std::move(packet));
  }
  void teardown() override {
    for (const Packet& packet : kept) {
      if (check(packet) < 0) throw Error{"what was kept has changed"};
    }
  }
  template <class Archive>
  void serialize(Archive&) {}
};

struct IntoQueue : F<Packet, int> {
  Queue<Packet> queue;
  IntoQueue() = default;
  explicit IntoQueue(Queue<Packet> to) : queue{std::move(to)} {}
  void process(Packet packet) override { queue.put(packet), put(packet.number); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(queue);
  }
};
struct OutOfQueue : F<void, int> {
  Queue<Packet> queue;
  OutOfQueue() = default;
  explicit OutOfQueue(Queue<Packet> from) : queue{std::move(from)} {}
  void setup() override {
    for (int i = 0; i < items; ++i) put(check(queue.get()));
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(queue);
  }
};

void show(const char* what, const std::vector<int>& got) {
  int wrong = 0;
  for (int n = 0; const int number : got) wrong += number != n++;
  std::cout << what << ": " << got.size() << " items, " << wrong << " wrong\n";
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  const int hosts = session.hosts();
  const auto on = [&](int n, const auto& part) { return S(part).on(Host{n % hosts}); };
  const auto numbers = Iter(std::views::iota(0, items));

  show("channels", EZ(numbers, on(0, make), on(1, KeepSome{}), on(2, KeepSome{}), on(1, check)).list());

  for (int reader = 0; reader < 3; ++reader) {
    Queue<Packet> queue(16);
    auto from = EZ(on(reader, OutOfQueue{queue}));
    auto to = EZ(numbers, on(1, make), on(1, KeepSome{}), on(1, IntoQueue{queue}));
    from.start();
    to.join();
    show("a queue", from.list());
  }
}
