// B(a, b, ...): every branch gets every item. Branches that give different types merge into a std::variant.
// run: 1 2 6    compare: sorted
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <string>
#include <variant>
#include <vector>

using namespace mpyx;

static std::size_t length(const std::string& word) { return word.size(); }
static std::string reversed(const std::string& word) { return {word.rbegin(), word.rend()}; }

struct Count : F<std::string, void> {  // a branch may end in a sink
  int words = 0;
  void process(std::string) override { ++words; }
  // Stages and main() run at once: each line goes out in one piece, so that none ends up inside another.
  void teardown() override { std::cout << std::to_string(words) + " words\n" << std::flush; }
  template <class Archive>
  void serialize(Archive&) {}  // nothing has to travel
};

int main(int argc, char** argv) {
  Session session{argc, argv};
  auto pipeline = EZ(Iter(std::vector<std::string>{"stressed", "drawer", "lived"}), B(length, reversed, Count{}));
  for (const auto& result : pipeline.items()) {
    if (const auto* size = std::get_if<std::size_t>(&result)) std::cout << std::to_string(*size) + " letters\n";
    if (const auto* word = std::get_if<std::string>(&result)) std::cout << *word + "\n";
  }
}
