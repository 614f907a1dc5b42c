#pragma once

#include <optional>
#include <string>

struct Options {
  std::string file;
  std::string out;
  int workers = 0;
  int block_kb = 900;
  bool serial = false;
};

/// The exit status when the program ends here: 0 for --help, 2 for a wrong call.
[[nodiscard]] std::optional<int> parse(int argc, char** argv, Options& options);
