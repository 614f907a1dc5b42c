// Decode a video, work on its frames side by side, and encode them in their order. ffmpeg runs as a program beside the
// stages; the frames' pixels lie in shared memory and are never copied from stage to stage.
//   video [IN OUT]    without arguments it makes a short test video first, and looks at the result
// run: 1 4    compare: exact    seconds: 90
#include <mpyx/mpyx.hpp>

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>

using namespace mpyx;
namespace fs = std::filesystem;

constexpr VideoShape shape{120, 160, 3};

/// Red, green and blue by their weights to the eye.
static VideoFrame grey(VideoFrame frame) {
  const auto pixels = frame.pixels.mutate();
  for (std::size_t i = 0; i + 2 < pixels.size(); i += 3) {
    const int light = (77 * pixels[i] + 150 * pixels[i + 1] + 29 * pixels[i + 2]) / 256;
    pixels[i] = pixels[i + 1] = pixels[i + 2] = static_cast<std::uint8_t>(light);
  }
  return frame;
}

static VideoFrame negative(VideoFrame frame) {
  for (auto& value : frame.pixels.mutate()) value = static_cast<std::uint8_t>(255 - value);
  return frame;
}

static std::size_t colourless(const VideoFrame& frame) {
  const auto pixels = frame.pixels.view();
  std::size_t count = 0;
  for (std::size_t i = 0; i + 2 < pixels.size(); i += 3)
    count += pixels[i] == pixels[i + 1] && pixels[i] == pixels[i + 2];
  return count;
}

static void convert(const std::string& in, const std::string& out) {
  EZ(FFmpeg(in, "", shape, "-vf scale=160:120"),  //
     Seq(As(4, S(Map(grey), Map(negative)))),     // four side by side, out in the order they came in
     FFmpeg(shape, "-r 25", out, "-c:v ffv1"))
      .join();
}

int main(int argc, char** argv) {
  Session session{argc, argv};
  if (argc == 3) {
    convert(argv[1], argv[2]);
    return 0;
  }
  const fs::path folder = fs::temp_directory_path() / "mpyx video";
  fs::create_directories(folder);
  const std::string in = folder / "in.mkv", out = folder / "out.mkv";
  EZ(FFmpeg("testsrc=size=320x240:rate=25:duration=4", "-f lavfi", in, "-c:v ffv1")).join();
  convert(in, out);

  std::size_t frames = 0, grey_pixels = 0;
  for (const VideoFrame& frame : EZ(FFmpeg(out, "", shape)).items()) {
    ++frames;
    grey_pixels += colourless(frame);
  }
  std::cout << frames << " frames, " << 100 * grey_pixels / (frames * 160 * 120)
            << " % of their pixels without colour\n";
  fs::remove_all(folder);
}
