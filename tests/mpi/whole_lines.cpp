// Lines that 40 ranks print at once arrive whole.
// hosts: 5
// run: 1 40    compare: sorted    sanitize: no
// seconds: 120
#include <mpyx/mpyx.hpp>

#include <ranges>
#include <string>

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  const auto text = [](int n) {
    return std::string(static_cast<std::size_t>(n % 300), static_cast<char>('a' + n % 26));
  };
  mpyx::EZ(mpyx::Iter(std::views::iota(0, 2000)), mpyx::Map(text), mpyx::As(38, mpyx::Print{"line"}), [](std::string) {
  }).join();
}
