// A capacity() holds between hosts as well: a source does not run further ahead than the channels on the way say.
// hosts: 4    compare: exact
#include <mpyx/mpyx.hpp>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <ranges>
#include <vector>

using namespace mpyx;

namespace {

constexpr int capacity = 4;
/// A lane on the sending host, what is outstanding and a lane on the receiving one, twice; and what the stages have in hand.
constexpr int most = 2 * 3 * capacity + 10;

template <class Item>
Item same(Item item) {
  return item;
}

template <class Make>
void run(const char* title, Make make) {
  std::atomic<int> made{0};  // the captured reference keeps the source in this process
  auto numbers = std::views::iota(0, 3000) | std::views::transform([&](int n) { return ++made, make(n); });
  int read = 0, ahead = 0;
  for (const auto& item : EZ(Iter(numbers), S(same<decltype(make(0))>).on(Host{1})).capacity(capacity).items()) {
    static_cast<void>(item);
    ++read;
    ahead = std::max(ahead, made - read);
  }
  std::cout << title << ": " << read << ", " << (ahead <= most ? "not far" : std::to_string(ahead)) << " ahead\n";
}

}  // namespace

int main(int argc, char** argv) {
  Session session{argc, argv};
  run("small", [](int n) { return n; });
  run("larger", [](int n) { return std::vector<int>(600, n); });
}
