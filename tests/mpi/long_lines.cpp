// Lines of all lengths, longer than pipes and terminals take at once, from as many ranks as there are; each says how long it
// is. Where they go to is varied by tests/CMakeLists.txt, and tests/whole-lines looks at them.
// run: 1    sanitize: no
#include <mpyx/mpyx.hpp>

#include <unistd.h>

#include <array>
#include <iostream>
#include <ranges>
#include <string>

namespace {

/// "3 5000 ddd...ddd.": its number, and how many characters follow.
std::string text(int n) {
  constexpr std::array<std::size_t, 8> sizes{1, 60, 1000, 4095, 4096, 5000, 20000, 70000};
  const std::size_t size = sizes[static_cast<std::size_t>(n) % sizes.size()];
  return std::to_string(n) + ' ' + std::to_string(size) + ' ' + std::string(size - 1, static_cast<char>('a' + n % 26)) +
         '.';
}

/// Each rank writes for itself: what Print is there to prevent. To see that the test can fail.
struct Unprotected : mpyx::F<std::string, std::string> {
  void process(std::string line) override {
    std::cout << "line " << line << std::endl;
    put(line);
  }
};

}  // namespace

int main(int argc, char** argv) {
  mpyx::Session session{argc, argv};
  const auto lines = mpyx::S(mpyx::Iter(std::views::iota(0, 1600)), mpyx::Map(text));
  const auto rest = [](std::string) {};
  if (argc > 1 && std::string{argv[1]} == "unprotected") {
    mpyx::EZ(lines, mpyx::As(37, Unprotected{}), rest).join();
  } else {
    mpyx::EZ(lines, mpyx::As(30, mpyx::Print{"line"}), mpyx::As(7, mpyx::Stamp{"stamp"}), rest).watch().join();
  }
}
