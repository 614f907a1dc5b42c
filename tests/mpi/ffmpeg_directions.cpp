// FFmpeg in its four directions: what goes in as frames comes out as frames, through files and through pipes.
// hosts: 5
// run: 1 3    compare: exact    seconds: 60
#include <mpyx/mpyx.hpp>

#include <filesystem>
#include <iostream>
#include <numeric>
#include <ranges>
#include <string>

using namespace mpyx;

static constexpr VideoShape shape{48, 64, 3};

static VideoFrame draw(int n) {
  VideoFrame frame{shape};
  std::ranges::fill(frame.pixels.mutate(), static_cast<std::uint8_t>(n * 5));
  return frame;
}
static int brightness(VideoFrame frame) {
  const auto pixels = frame.pixels.view();
  return std::accumulate(pixels.begin(), pixels.end(), 0) / static_cast<int>(pixels.size());
}
static VideoFrame invert(VideoFrame frame) {
  for (auto& value : frame.pixels.mutate()) value = static_cast<std::uint8_t>(255 - value);
  return frame;
}

static void show(const char* title, const std::vector<int>& values) {
  bool good = true;
  for (std::size_t i = 0; i < values.size(); ++i) good = good && std::abs(values[i] - static_cast<int>(i) * 5) <= 2;
  std::cout << title << ' ' << values.size() << (good ? " as drawn" : " different") << std::endl;
}

int main(int argc, char** argv) {
  Session session{argc, argv};
  const auto folder = std::filesystem::temp_directory_path() / "a folder of videos";
  std::filesystem::create_directories(folder);
  const auto first = folder / "it's first.mkv", second = folder / "second.mkv", third = folder / "third.mkv";
  const char* lossless = "-c:v ffv1";
  const auto numbers = Iter(std::views::iota(0, 50));

  EZ(numbers, draw, FFmpeg(shape, "-r 10", first, lossless)).join();
  show("frames to file, file to frames", EZ(FFmpeg(first, "", shape, ""), brightness).list());
  EZ(FFmpeg(first, "", second, {"-c", "copy"})).join();
  show("file to file", EZ(FFmpeg(second, "", {48, 64, 3}), brightness).list());
  show(
      "frames to frames",
      EZ(numbers, draw, FFmpeg(shape, "", VideoShape{24, 32, 1}, "-vf 'scale=32:24, format=gray'"), brightness).list());
  EZ(FFmpeg(first, "", shape, ""), invert, invert, FFmpeg(shape, "-r 10", third, lossless)).join();
  show("decoded, processed, encoded", EZ(FFmpeg(third, "", shape, ""), brightness).list());
  std::cout
      << "only the first "
      << EZ(FFmpeg("testsrc=size=64x48", "-f lavfi", shape), FFmpeg(shape, "", shape, "-frames:v 7")).list().size()
      << std::endl;
  std::filesystem::remove_all(folder);
}
