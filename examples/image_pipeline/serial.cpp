#include "runs.hpp"

#include "imaging/enhance.hpp"
#include "imaging/resize.hpp"
#include "imaging/save.hpp"
#include "imaging/watermark.hpp"
#include "work.hpp"

#include <utility>

namespace image_pipeline {

void run_serial(const Options& options, const Listing& files, Progress& progress) {
  const std::filesystem::path from{files.folder};
  const std::filesystem::path to{options.output};
  for (const std::string& name : files.names) {
    const auto picture = imread(from / name);
    if (!picture) continue;
    imaging::Image enhanced = imaging::enhance(imaging::resize(*picture, options.width));
    imaging::save_image(imaging::watermark(std::move(enhanced), options.text), to / name, options.quality);
    progress.one_more();
  }
}

}  // namespace image_pipeline
