#pragma once

#include <optional>
#include <string>

namespace image_pipeline {

/// What the command line asks for.
struct Options {
  std::string input;
  std::string output;
  int imread_workers = 3;
  int resize_workers = 7;
  int enhance_workers = 3;
  int watermark_workers = 2;
  int save_workers = 2;
  int width = 1280;  // pixels
  int quality = 88;  // of JPEG files, 1 to 100
  std::string text = "mpyx";
  bool serial = false;
};

/// Reads the command line into `options`. Gives the exit status when the program has nothing more to do: 0 after
/// --help, 2 after a usage error, which it has then reported.
[[nodiscard]] std::optional<int> parse(int argc, char** argv, Options& options);

}  // namespace image_pipeline
