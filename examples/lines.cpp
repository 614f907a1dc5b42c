// Read, Write and Batch: the lines of a file in groups of three.
// run: 1 2 5    compare: exact
#include <mpyx/mpyx.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

using namespace mpyx;

static std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : ", ") + line;
  return text + "\n";
}

int main(int argc, char** argv) {
  Session session{argc, argv};
  const auto folder = std::filesystem::temp_directory_path() / ("mpyx-lines-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "in") << "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";
  EZ(Read{folder / "in"}, Batch{3}, joined, Write{folder / "out"}).join();
  std::cout << std::ifstream(folder / "out").rdbuf();
  std::filesystem::remove_all(folder);
}
