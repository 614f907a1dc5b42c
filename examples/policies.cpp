// on_error(...): what becomes of an item that a stage throws at: it is skipped, tried again, or a handler decides.
// run: 1 2 5    compare: exact
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace mpyx;

static int parse(const std::string& text) { return std::stoi(text); }

struct Flaky : F<int, int> {  // fails at first
  int failures = 0;
  void process(int n) override {
    if (++failures < 3) throw std::runtime_error("not yet");
    put(n);
  }
  template <class Archive>
  void serialize(Archive&) {}  // nothing has to travel
};

int main(int argc, char** argv) {
  Session session{argc, argv};
  const std::vector<std::string> texts{"1", "two", "3"};
  std::cout << "skip: " << EZ(Iter(texts), parse).on_error(skip).list().size() << " of 3\n";
  std::cout << "retry: " << EZ(Iter(std::vector<int>{7}), Flaky{}).on_error(retry(2)).list().at(0) << '\n';

  auto handled =
      EZ(Iter(texts), parse).on_error([](const StageError& error) {  // on the coordinator, one call at a time
        std::cout << "item " << error.item() << " is no number\n";
        return Verdict::skip;
      });
  const std::size_t left = handled.list().size();
  std::cout << "handled: " << left << " of 3\n";
}
