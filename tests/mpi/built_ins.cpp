// Batch, Print, Read and Write, in their usual company.
// hosts: 5
// run: 1 2 5    compare: sorted
#include <mpyx/mpyx.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <ranges>
#include <string>
#include <vector>

using namespace mpyx;

int main(int argc, char** argv) {
  Session session{argc, argv};
  const auto numbers = [](int n) { return Iter(std::views::iota(0, n)); };
  for (const std::vector<int>& batch : EZ(numbers(10), Batch{4}).items()) std::cout << "batch " << batch.size() << '\n';
  std::cout << "batches of nothing " << EZ(numbers(0), Batch{4}).list().size() << '\n';
  std::cout << "batches of farms " << EZ(numbers(1000), As(3, Batch{10})).list().size() / 2 * 2 / 100 << '\n';
  EZ(
      numbers(3), Print{"number"}, [](int x) { return x * x; }, Print{"square"})
      .join();

  const auto folder = std::filesystem::temp_directory_path() / ("mpyx-test-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string from = folder / "from.txt", to = folder / "to.txt";
  {
    std::ofstream out(from);
    for (int n = 0; n < 5000; ++n) out << n << '\n';
    out << "the last line has no end";
  }
  EZ(
      Read{from}, [](std::string line) { return line + "\n"; }, Write{to})
      .join();
  std::ifstream in(to);
  std::size_t lines = 0;
  std::string line;
  while (std::getline(in, line)) ++lines;
  std::cout << "lines " << lines << " last: " << line << '\n';
  try {
    EZ(Read{folder / "missing"}, Print{}).join();
  } catch (const StageError& error) {
    std::cout << error.stage() << ' ' << (error.message().find("missing") != std::string::npos) << '\n';
  }
  try {
    EZ(
        numbers(3), [](int) { return std::string{"x"}; }, Write{folder / "no" / "folder"})
        .join();
  } catch (const StageError& error) {
    std::cout << error.stage() << ' ' << (error.message().find("folder") != std::string::npos) << '\n';
  }
  std::filesystem::remove_all(folder);
}
