#include "work.hpp"

#include "console.hpp"
#include "imaging/read.hpp"

#include <mpyx/error.hpp>

#include <new>

namespace image_pipeline {

std::optional<imaging::Image> imread(const std::string& file) {
  try {
    return imaging::read_image(file);
  } catch (const imaging::ReadError& error) {
    say("skipped " + file + ": " + error.what());
  } catch (const std::bad_alloc&) {
    say("skipped " + file + ": it needs more memory than there is");
  } catch (const mpyx::Error& error) {
    say("skipped " + file + ": " + error.what());
  }
  return std::nullopt;
}

}  // namespace image_pipeline
