// A folder of photographs through a pipeline of parallel stages: read, resize, enhance, watermark, save.

#include "console.hpp"
#include "folders.hpp"
#include "imaging/image.hpp"
#include "options.hpp"
#include "runs.hpp"

#include <mpyx/mpyx.hpp>

#include <cstdio>

namespace image_pipeline {
namespace {

enum Status { k_ok = 0, k_failed = 1, k_environment = 3 };

Status summary(const Progress& progress, std::size_t files) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.1f", progress.elapsed().count());
  say(std::to_string(progress.done()) + " of " + std::to_string(files) + (files == 1 ? " file" : " files") +
      " saved as pictures in " + seconds + " seconds");
  return progress.done() == 0 && files > 0 ? k_failed : k_ok;
}

Status run(const Options& options) {
  const Listing files = list_files(options.input);
  prepare_output(options.output);
  Progress progress{files.names.size()};
  if (options.serial) {
    run_serial(options, files, progress);
  } else {
    run_pipeline(options, files, progress);
  }
  return summary(progress, files.names.size());
}

}  // namespace
}  // namespace image_pipeline

int main(int argc, char** argv) {
  using namespace image_pipeline;
  mpyx::Session session{argc, argv};  // returns on rank 0 only
  Options options;
  if (const auto status = parse(argc, argv, options)) return *status;
  try {
    return run(options);
  } catch (const FolderError& error) {
    say(error.what());
    return k_environment;
  } catch (const imaging::SaveError& error) {
    say(error.what());
    return k_failed;
  } catch (const mpyx::StageError& error) {
    say(error.what());
    return k_failed;
  }
}
