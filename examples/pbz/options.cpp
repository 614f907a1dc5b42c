#include "options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <thread>

namespace {
constexpr const char* k_description =
    "Compresses FILE to OUT in the format of bzip2, several blocks at once; under mpirun they are spread over its "
    "ranks.";
constexpr const char* k_footer =
    "OUT appears, and replaces an older one, when it is complete. bunzip2 restores FILE.\n"
    "\n"
    "Exit status: 0 done, 1 reading or writing failed half-way, 2 wrong usage, 3 FILE or OUT cannot be used,\n"
    "130 ended by Ctrl-C.";
}  // namespace

std::optional<int> parse(int argc, char** argv, Options& options) {
  options.workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  CLI::App app{k_description, "pbz"};
  app.footer(k_footer);
  app.add_option("FILE", options.file, "File to compress")->required();
  app.add_option("OUT", options.out, "File to make")->required();
  app.add_option("-p", options.workers, "Blocks compressed at once")->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option("-b", options.block_kb, "Size of a block in units of 1,000 bytes")
      ->check(CLI::Range(1, 900))
      ->capture_default_str();
  app.add_flag("--serial", options.serial, "Do the same in a plain loop, without stages");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::error_code ignored;
  if (!std::filesystem::equivalent(options.file, options.out, ignored)) return std::nullopt;
  std::cerr << "pbz: FILE and OUT are the same file: name another OUT\n";
  return 2;
}
