#include "runs.hpp"

#include "imaging/enhance.hpp"
#include "imaging/resize.hpp"
#include "imaging/save.hpp"
#include "imaging/watermark.hpp"
#include "work.hpp"

#include <mpyx/mpyx.hpp>

namespace image_pipeline {
namespace {

using namespace mpyx;

constexpr std::size_t k_waiting = 2;  // at most in each channel, and one for each stage that puts into it

/// Puts the path of every file; its name goes along as meta.
struct ImgFiles : F<void, std::string> {
  Listing files;

  ImgFiles() = default;
  explicit ImgFiles(Listing listing) : files{std::move(listing)} {}

  void setup() override {
    for (const std::string& name : files.names) {
      meta["fname"] = name;
      put(std::filesystem::path{files.folder} / name);
    }
    stop();
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(files);
  }
};

/// Saves pictures under the name that came along and puts that name.
struct SaveTo : F<imaging::Image, std::string> {
  std::string folder;
  int quality = 0;

  SaveTo() = default;
  SaveTo(std::string output, int jpeg_quality) : folder{std::move(output)}, quality{jpeg_quality} {}

  void process(imaging::Image picture) override {
    const auto name = meta.get<std::string>("fname");
    imaging::save_image(picture, std::filesystem::path{folder} / name, quality);
    put(name);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(folder, quality);
  }
};

}  // namespace

void run_pipeline(const Options& options, const Listing& files, Progress& progress) {
  auto pipeline = EZ(ImgFiles{files}, As(options.imread_workers, Map(imread)),
                     As(options.resize_workers, Map(imaging::resize, options.width)),
                     As(options.enhance_workers, Map(imaging::enhance)),
                     As(options.watermark_workers, Map(imaging::watermark, options.text)),
                     As(options.save_workers, SaveTo{options.output, options.quality}));
  // Few pictures wait between the stages: they are large, and Ctrl-C finishes what was begun.
  pipeline.capacity(k_waiting);
  for ([[maybe_unused]] const std::string& saved : pipeline.items()) progress.one_more();
}

}  // namespace image_pipeline
