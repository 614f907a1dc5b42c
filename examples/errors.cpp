// What a stage throws reaches whoever waits for the pipeline as a StageError; the session goes on.
// run: 1 2 5    compare: exact
#include <mpyx/mpyx.hpp>

#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace mpyx;

static int parse(const std::string& text) {
  if (text.empty()) throw std::invalid_argument("an empty number");
  return std::stoi(text);
}

int main(int argc, char** argv) {
  Session session{argc, argv};
  try {
    for (int n : EZ(Iter(std::vector<std::string>{"1", "2", "", "4"}), parse).items()) std::cout << n << '\n';
  } catch (const StageError& error) {
    std::cout << error.stage() << " failed at item " << error.item() << ": " << error.message() << '\n';
  }
  std::cout << EZ(Iter(std::vector<std::string>{"5", "6"}), parse).list().size() << " more after that\n";
}
