#include "options.hpp"

#include "folders.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace image_pipeline {
namespace {

constexpr int k_usage_error = 2;
constexpr int k_most_workers = 1000;
constexpr int k_widest = 65500;  // of a JPEG file

constexpr const char* k_description =
    "Reads every picture of a folder, makes it smaller, enhances and watermarks it, and saves it under the same name\n"
    "in another folder. Each step is done by several workers at once; under mpirun they are spread over its ranks.";

constexpr const char* k_footer =
    "Pictures are JPEG and PNG files, told by their content; each is saved as the kind it was. Other and damaged\n"
    "files are reported and skipped. Subfolders and hidden files are left out. Files of the same name in OUTPUT_DIR "
    "are\n"
    "replaced, each in one step.\n"
    "\n"
    "Exit status: 0 saved (the last line counts the files), 1 a picture could not be saved or no file was a picture,\n"
    "2 wrong usage, 3 a folder cannot be used, 130 ended by Ctrl-C.";

void add_options(CLI::App& app, Options& options) {
  app.add_option("INPUT_DIR", options.input, "Folder to read from")->required();
  app.add_option("OUTPUT_DIR", options.output, "Folder to save into; made if absent")->required();
  const auto workers = [&app](const char* name, int& count, const char* what) {
    app.add_option(name, count, what)->check(CLI::Range(1, k_most_workers))->capture_default_str();
  };
  workers("--imread-workers", options.imread_workers, "Workers that read and decode");
  workers("--resize-workers", options.resize_workers, "Workers that make pictures smaller");
  workers("--enhance-workers", options.enhance_workers, "Workers that improve contrast and sharpness");
  workers("--watermark-workers", options.watermark_workers, "Workers that write the text into a corner");
  workers("--save-workers", options.save_workers, "Workers that encode and save");
  app.add_option("--width", options.width, "Greatest width in pixels; smaller pictures are not enlarged")
      ->check(CLI::Range(1, k_widest))
      ->capture_default_str();
  app.add_option("--quality", options.quality, "Quality of JPEG files")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--text", options.text, "Text of the watermark; '' for none")->capture_default_str();
  app.add_flag("--serial", options.serial, "Do the same in a plain loop, without stages");
}

}  // namespace

std::optional<int> parse(int argc, char** argv, Options& options) {
  CLI::App app{k_description, "image_pipeline"};
  app.footer(k_footer);
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : k_usage_error;
  }
  if (!same_folder(options.input, options.output)) return std::nullopt;
  std::cerr << "INPUT_DIR and OUTPUT_DIR are the same folder: the pictures would be replaced by their smaller copies; "
               "name another OUTPUT_DIR\n";
  return k_usage_error;
}

}  // namespace image_pipeline
