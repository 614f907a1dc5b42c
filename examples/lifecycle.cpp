// The life of a stage: initialize() where it was made, then setup(), process() and teardown() on its rank.
// run: 1 2 4    compare: exact
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace mpyx;

/// Counts words and tells at the end.
struct Tally : F<std::string, std::pair<std::string, int>> {
  std::string ignored;
  std::map<std::string, int> counts;  // lives on the rank only

  void initialize() override { ignored = "the"; }  // on the coordinator: what is set here travels
  void setup() override { counts.clear(); }        // on the rank: open files, allocate, ...
  void process(std::string word) override {
    if (word == "end") {
      stop();  // this stage takes no more
    } else if (word != ignored) {
      ++counts[word];
    }
  }
  void teardown() override {
    for (const auto& entry : counts) put(entry);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ignored);
  }
};

int main(int argc, char** argv) {
  Session session{argc, argv};
  const std::vector<std::string> text{"the", "cat", "saw", "the", "other", "cat", "end", "dog"};
  for (const auto& [word, count] : EZ(Iter(text), Tally{}).items()) std::cout << count << ' ' << word << '\n';
}
