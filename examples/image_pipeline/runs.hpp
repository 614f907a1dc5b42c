#pragma once

#include "console.hpp"
#include "folders.hpp"
#include "options.hpp"

namespace image_pipeline {

/// Works on all files of the listing by a pipeline of stages, or in a plain loop; both write the same bytes.
/// The first picture that cannot be saved ends the run: as mpyx::StageError from the pipeline, as imaging::SaveError
/// from the loop.
void run_pipeline(const Options& options, const Listing& files, Progress& progress);
void run_serial(const Options& options, const Listing& files, Progress& progress);

}  // namespace image_pipeline
